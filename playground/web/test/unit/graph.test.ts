import { describe, expect, test } from "vitest";
import { layout, NODE_HEIGHT } from "../../src/graph/layout.ts";
import { collapsedAtFirst, MOST_RULES, visible } from "../../src/graph/visible.ts";
import type { Graph, GraphNode, NodeKind } from "../../src/types.ts";

/** A Service with a route of rules, each with its own backend among `backends`. */
function graph(rules: number, backends = 3): Graph {
  const node = (id: string, kind: NodeKind): GraphNode => ({
    id,
    kind,
    name: id,
    namespace: "shop",
    label: id,
    problems: 0,
  });
  const rule = Array.from({ length: rules }, (_, n) => `rule-${n}`);
  const backend = Array.from({ length: backends }, (_, n) => `backend-${n}`);
  return {
    nodes: [
      node("cart", "service"),
      node("unrouted", "service"),
      node("route", "route"),
      ...rule.map((id) => node(id, "rule")),
      ...backend.map((id) => node(id, "backend")),
    ],
    edges: [
      { from: "cart", to: "route" },
      ...rule.flatMap((id, n) => [
        { from: "route", to: id },
        { from: id, to: `backend-${n % backends}`, share: 1 },
      ]),
    ],
  };
}

const ALL = { filter: "", collapsed: new Set<string>(), lit: new Set<string>() };
const ids = ({ nodes }: Graph, kind: NodeKind): string[] =>
  nodes.filter((node) => node.kind === kind).map(({ id }) => id);

describe("what is shown", () => {
  test("all of a small graph, without Services that no route is for", () => {
    const shown = visible(graph(3), { ...ALL, collapsed: collapsedAtFirst(graph(3)) });
    expect(ids(shown, "rule")).toEqual(["rule-0", "rule-1", "rule-2"]);
    expect(ids(shown, "service")).toEqual(["cart"]);
  });

  test("of a large route only the rule on the request's way, and edges from the route", () => {
    const large = graph(300);
    const shown = visible(large, { ...ALL, collapsed: collapsedAtFirst(large), lit: new Set(["rule-7"]) });
    expect(ids(shown, "rule")).toEqual(["rule-7"]);
    expect(shown.hidden.get("route")).toBe(299);
    const fromRoute = shown.edges.filter(({ from }) => from === "route").map(({ to, share }) => [to, share]);
    expect(fromRoute).toEqual([
      ["backend-0", undefined],
      ["backend-1", undefined],
      ["backend-2", undefined],
      ["rule-7", undefined],
    ]);
  });

  test("what a filter finds, with what it hangs on", () => {
    const shown = visible(graph(300), { ...ALL, filter: " RULE-29", collapsed: new Set(["route"]) });
    expect(ids(shown, "rule")).toHaveLength(11);
    expect(ids(shown, "service")).toEqual(["cart"]);
    expect(ids(visible(graph(30, 10), { ...ALL, filter: "backend-4" }), "rule")).toEqual([
      "rule-4",
      "rule-14",
      "rule-24",
    ]);
  });

  test("no more rules than can be read", () => {
    const shown = visible(graph(10_000), ALL);
    expect(ids(shown, "rule")).toHaveLength(MOST_RULES);
    expect(shown.omitted).toBe(10_000 - MOST_RULES);
  });
});

describe("where it stands", () => {
  test.each([1, 3, 40, 300])("nodes of %i rules do not overlap, and are all on the drawing", (rules) => {
    const shown = visible(graph(rules, 7), ALL);
    const { places, width, height } = layout(shown);
    for (const kind of ["service", "route", "rule", "backend"] as const) {
      const column = ids(shown, kind).map((id) => places.get(id)?.y ?? Number.NaN);
      column.sort((a, b) => a - b);
      expect(column.every((y, at) => at === 0 || y - (column[at - 1] ?? 0) >= NODE_HEIGHT)).toBe(true);
      expect(column.every((y) => y >= NODE_HEIGHT / 2 && y <= height - NODE_HEIGHT / 2)).toBe(true);
    }
    expect([...places.values()].every(({ x, width: own }) => x >= 0 && x + own <= width)).toBe(true);
  });

  test("rules keep their order, and a rule's backends theirs", () => {
    const { places } = layout(visible(graph(3), ALL));
    const y = (id: string): number => places.get(id)?.y ?? Number.NaN;
    expect(y("rule-0")).toBeLessThan(y("rule-1"));
    expect(y("backend-0")).toBeLessThan(y("backend-1"));
  });
});
