/** Which part of a graph is shown: what the filter finds, without the rules of routes that are collapsed. */
import type { Graph, GraphEdge, GraphNode } from "../types.ts";

export interface Choice {
  filter: string;
  /** Routes whose rules are hidden. */
  collapsed: ReadonlySet<string>;
  /** Nodes on the way of the current request: shown whatever is collapsed. */
  lit: ReadonlySet<string>;
}

export interface VisibleGraph extends Graph {
  /** Rules that are hidden, by route. */
  hidden: Map<string, number>;
  /** Rules that are not drawn because there are too many. */
  omitted: number;
}

/** Rules that are drawn at once: more are a wall, and slow to draw. */
export const MOST_RULES = 400;
/** Routes of more rules than this are collapsed to begin with, in a graph of more than `OPEN_GRAPH`. */
const OPEN_ROUTE = 6;
const OPEN_GRAPH = 24;

/** The routes that are collapsed until somebody opens them. */
export function collapsedAtFirst(graph: Graph): Set<string> {
  const rules = rulesByRoute(graph);
  const total = graph.nodes.filter(({ kind }) => kind === "rule").length;
  const large = [...rules].filter(([, ids]) => total > OPEN_GRAPH && ids.length > OPEN_ROUTE);
  return new Set(large.map(([route]) => route));
}

export function visible(graph: Graph, { filter, collapsed, lit }: Choice): VisibleGraph {
  const shown = filter.trim() ? found(graph, filter.trim().toLowerCase()) : undefined;
  // A Service without routes is of interest only as a backend, which has a node of its own.
  const routed = new Set(graph.edges.map(({ from }) => from));
  const kept = graph.nodes.filter(
    ({ id, kind }) => lit.has(id) || ((kind !== "service" || routed.has(id)) && (shown === undefined || shown.has(id))),
  );
  const routeOf = new Map<string, string>();
  for (const [route, rules] of rulesByRoute(graph)) {
    for (const rule of rules) {
      routeOf.set(rule, route);
    }
  }
  const hidden = new Map<string, number>();
  let omitted = 0;
  let drawn = 0;
  const nodes = kept.filter((node) => {
    if (node.kind !== "rule" || lit.has(node.id)) {
      return true;
    }
    const route = routeOf.get(node.id) ?? "";
    if (collapsed.has(route) && shown === undefined) {
      hidden.set(route, (hidden.get(route) ?? 0) + 1);
      return false;
    }
    drawn += 1;
    omitted += drawn > MOST_RULES ? 1 : 0;
    return drawn <= MOST_RULES;
  });
  return { nodes, edges: edgesBetween(graph, nodes, routeOf), hidden, omitted };
}

function rulesByRoute({ nodes, edges }: Graph): Map<string, string[]> {
  const kinds = new Map(nodes.map(({ id, kind }) => [id, kind]));
  const rules = new Map<string, string[]>();
  for (const { from, to } of edges) {
    if (kinds.get(from) === "route" && kinds.get(to) === "rule") {
      const list = rules.get(from);
      if (list) {
        list.push(to);
      } else {
        rules.set(from, [to]);
      }
    }
  }
  return rules;
}

/** Nodes that a text is found in, with all that leads to them and all that they lead to. */
function found({ nodes, edges }: Graph, text: string): Set<string> {
  const hits = nodes.filter((node) => `${node.namespace}/${node.name} ${node.label}`.toLowerCase().includes(text));
  const ids = new Set(hits.map(({ id }) => id));
  spread(ids, edges, "to", "from");
  const forward = new Set(hits.map(({ id }) => id));
  spread(forward, edges, "from", "to");
  return new Set([...ids, ...forward]);
}

function spread(ids: Set<string>, edges: GraphEdge[], from: "from" | "to", to: "from" | "to"): void {
  const next = new Map<string, string[]>();
  for (const edge of edges) {
    const list = next.get(edge[from]);
    if (list) {
      list.push(edge[to]);
    } else {
      next.set(edge[from], [edge[to]]);
    }
  }
  // A set that grows while it is walked yields what was added, too.
  for (const id of ids) {
    for (const other of next.get(id) ?? []) {
      ids.add(other);
    }
  }
}

/** Edges between nodes that are shown; those of a hidden rule begin at its route. */
function edgesBetween(graph: Graph, nodes: GraphNode[], routeOf: Map<string, string>): GraphEdge[] {
  const ids = new Set(nodes.map(({ id }) => id));
  const edges = new Map<string, GraphEdge>();
  for (const edge of graph.edges) {
    const from = ids.has(edge.from) ? edge.from : routeOf.get(edge.from);
    if (from === undefined || from === edge.to || !ids.has(from) || !ids.has(edge.to)) {
      continue;
    }
    // Shares are those of a rule: they mean nothing at a route.
    edges.set(`${from}\n${edge.to}`, from === edge.from ? edge : { from, to: edge.to });
  }
  return [...edges.values()];
}
