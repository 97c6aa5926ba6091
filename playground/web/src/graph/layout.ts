/**
 * Places for a graph of four layers: Services, routes, rules and backends are columns, from left to right. Rules
 * keep the order in which they were written; the other columns put each node beside those that it belongs to.
 */
import type { Graph, NodeKind } from "../types.ts";

export interface Place {
  x: number;
  /** The middle of the node. */
  y: number;
  width: number;
}

export interface Layout {
  places: Map<string, Place>;
  width: number;
  height: number;
}

/** Widths in pixels at a zoom of 1. */
const COLUMNS: { kind: NodeKind; width: number }[] = [
  { kind: "service", width: 138 },
  { kind: "route", width: 150 },
  { kind: "rule", width: 190 },
  { kind: "backend", width: 150 },
];
const GAP = 46;
const MARGIN = 14;
export const NODE_HEIGHT = 30;
const ROW = 42;

export function layout({ nodes, edges }: Graph): Layout {
  const y = new Map<string, number>();
  const column = (kind: NodeKind): string[] => nodes.filter((node) => node.kind === kind).map(({ id }) => id);
  const forward = new Map<string, string[]>();
  const backward = new Map<string, string[]>();
  for (const { from, to } of edges) {
    push(forward, from, to);
    push(backward, to, from);
  }

  // Rules of one route stay together, in the order of the routes.
  const rules = new Set(column("rule"));
  const routes = column("route");
  const order = new Set(routes.flatMap((route) => (forward.get(route) ?? []).filter((id) => rules.has(id))));
  spreadOut(
    [...new Set([...order, ...rules])].map((id, row) => [id, row * ROW]),
    y,
  );

  beside(routes, forward, y);
  beside(column("service"), forward, y);
  beside(column("backend"), backward, y);

  const places = new Map<string, Place>();
  let x = MARGIN;
  let height = 0;
  const top = MARGIN + NODE_HEIGHT / 2;
  const highest = Math.min(...y.values(), Number.POSITIVE_INFINITY);
  for (const { kind, width } of COLUMNS) {
    for (const id of column(kind)) {
      const place = { x, y: (y.get(id) ?? 0) - highest + top, width };
      places.set(id, place);
      height = Math.max(height, place.y);
    }
    x += width + GAP;
  }
  return { places, width: x - GAP + MARGIN, height: height + top };
}

/** Puts each node at the middle of those that it is connected to, and below the one before it. */
function beside(ids: string[], connected: Map<string, string[]>, y: Map<string, number>): void {
  let free = 0;
  const wanted = ids.map((id): [string, number] => {
    const neighbours = (connected.get(id) ?? []).flatMap((other) => y.get(other) ?? []);
    if (neighbours.length === 0) {
      // Nothing leads there: at the end.
      return [id, Number.MAX_SAFE_INTEGER];
    }
    return [id, neighbours.reduce((sum, value) => sum + value, 0) / neighbours.length];
  });
  // In the order in which they are met from above, so that those of one rule stand as the rule has them.
  const met = (id: string): number => Math.min(...(connected.get(id) ?? []).flatMap((other) => y.get(other) ?? []));
  wanted.sort((a, b) => (met(a[0]) < met(b[0]) ? -1 : met(a[0]) > met(b[0]) ? 1 : 0));
  const lowest = Math.max(0, ...wanted.filter(([, at]) => at !== Number.MAX_SAFE_INTEGER).map(([, at]) => at));
  for (const entry of wanted) {
    if (entry[1] === Number.MAX_SAFE_INTEGER) {
      free += 1;
      entry[1] = lowest + free * ROW;
    }
  }
  spreadOut(wanted, y);
}

/** Keeps neighbours a row apart: pushes down first, then the lot up by half of what that took. */
function spreadOut(wanted: [id: string, y: number][], y: Map<string, number>): void {
  let last = Number.NEGATIVE_INFINITY;
  let pushed = 0;
  for (const [id, at] of wanted) {
    const placed = Math.max(at, last + ROW);
    pushed += placed - at;
    y.set(id, placed);
    last = placed;
  }
  const back = wanted.length > 0 ? pushed / wanted.length : 0;
  for (const [id] of wanted) {
    y.set(id, (y.get(id) ?? 0) - back);
  }
}

function push(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list) {
    list.push(value);
  } else {
    lists.set(key, [value]);
  }
}
