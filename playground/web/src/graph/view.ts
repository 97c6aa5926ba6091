/** The picture: Services, routes, rules and backends as an SVG that the keyboard walks through. */
import { button, h, svg } from "../dom.ts";
import type { Graph, GraphNode } from "../types.ts";
import { drawEdge, drawNode, nodeLabel } from "./draw.ts";
import { type Layout, layout } from "./layout.ts";
import { collapsedAtFirst, MOST_RULES, visible, type VisibleGraph } from "./visible.ts";

const EMPTY: Graph = { nodes: [], edges: [] };
const ZOOM = { least: 0.4, most: 2, step: 1.25 };

export class Picture {
  private graph = EMPTY;
  private shown: VisibleGraph = { ...EMPTY, hidden: new Map(), omitted: 0 };
  private placed: Layout = layout(EMPTY);
  private lit = new Set<string>();
  private collapsed = new Set<string>();
  /** What the user has opened or closed: kept when the manifests change. */
  private readonly toggled = new Map<string, boolean>();
  private filter = "";
  private zoom: number | undefined;
  private current: string | undefined;
  /** The way of a request whose rule was not scrolled to yet: the graph may come later than the way. */
  private toReveal: string[] = [];
  private frame: number | undefined;

  private readonly scroller = h("div", { class: "picture-scroll" });
  private readonly status = h("p", { class: "picture-status", role: "status" });

  constructor(
    host: HTMLElement,
    private readonly open: (node: GraphNode) => void,
  ) {
    const filter = h("input", {
      type: "search",
      placeholder: "Filter",
      "aria-label": "Filter the picture by name",
      on: {
        input: () => {
          this.filter = filter.value;
          this.queue();
        },
      },
    });
    host.append(
      h(
        "div",
        { class: "toolbar" },
        filter,
        button("Collapse all", () => this.collapseAll(true)),
        button("Expand all", () => this.collapseAll(false)),
        h("span", { class: "space" }),
        button("−", () => this.zoomBy(1 / ZOOM.step), { "aria-label": "Zoom out" }),
        button("Fit", () => this.fit(), { "aria-label": "Zoom to fit" }),
        button("+", () => this.zoomBy(ZOOM.step), { "aria-label": "Zoom in" }),
      ),
      this.scroller,
      this.status,
    );
    this.scroller.addEventListener("keydown", (event) => this.key(event));
    this.scroller.addEventListener(
      "wheel",
      (event) => {
        if (event.ctrlKey) {
          event.preventDefault();
          this.zoomBy(event.deltaY < 0 ? ZOOM.step : 1 / ZOOM.step);
        }
      },
      { passive: false },
    );
    new ResizeObserver(() => this.zoom === undefined && this.scale()).observe(this.scroller);
  }

  setGraph(graph: Graph): void {
    this.graph = graph;
    this.collapsed = collapsedAtFirst(graph);
    for (const [route, closed] of this.toggled) {
      if (closed) {
        this.collapsed.add(route);
      } else {
        this.collapsed.delete(route);
      }
    }
    this.queue();
  }

  /** Lights the way of a request, and scrolls to its rule. */
  setPath(path: string[]): void {
    if (path.join("\n") !== [...this.lit].join("\n")) {
      this.lit = new Set(path);
      this.toReveal = path;
      this.queue();
    }
  }

  /** Draws once for all that changes before the next frame. */
  private queue(): void {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.draw();
      const rule = this.graph.nodes.find(({ id, kind }) => kind === "rule" && this.toReveal.includes(id));
      if (rule) {
        this.reveal(rule.id);
        this.toReveal = [];
      }
    });
  }

  private draw(): void {
    const focused = this.scroller.contains(document.activeElement);
    this.shown = visible(this.graph, { filter: this.filter, collapsed: this.collapsed, lit: this.lit });
    this.placed = layout(this.shown);
    const { places } = this.placed;
    if (!this.current || !places.has(this.current)) {
      this.current = this.shown.nodes[0]?.id;
    }
    const edges = this.shown.edges.flatMap((edge) => {
      const from = places.get(edge.from);
      const to = places.get(edge.to);
      return from && to ? [{ edge, from, to, lit: this.lit.has(edge.from) && this.lit.has(edge.to) }] : [];
    });
    // What is lit is drawn last, on top.
    edges.sort((a, b) => Number(a.lit) - Number(b.lit));
    const drawing = svg(
      "svg",
      { class: "picture", role: "group", "aria-label": "Services, routes, rules and backends" },
      svg("g", { "aria-hidden": "true" }, ...edges.map(({ edge, from, to, lit }) => drawEdge(edge, from, to, lit))),
      ...this.shown.nodes.map((node) => this.node(node)),
    );
    this.scroller.replaceChildren(drawing);
    this.scale();
    if (focused) {
      this.element(this.current)?.focus({ preventScroll: true });
    }
    const { omitted } = this.shown;
    const none =
      this.graph.nodes.length === 0 ? "Nothing to show yet: no Service has a route." : "Nothing matches the filter.";
    this.status.textContent =
      omitted > 0
        ? `${omitted} more rules are not drawn (${MOST_RULES} are): filter to see them.`
        : this.shown.nodes.length === 0
          ? none
          : "";
  }

  private node(node: GraphNode): SVGElement {
    const place = this.placed.places.get(node.id) ?? { x: 0, y: 0, width: 0 };
    const hidden = this.shown.hidden.get(node.id) ?? 0;
    const element = drawNode(node, place, { lit: this.lit.has(node.id), hidden });
    element.dataset["id"] = node.id;
    element.setAttribute("tabindex", node.id === this.current ? "0" : "-1");
    element.setAttribute("role", "button");
    element.setAttribute("aria-label", nodeLabel(node, hidden, this.lit.has(node.id)));
    element.addEventListener("click", () => {
      this.moveTo(node.id);
      this.open(node);
    });
    element.addEventListener("dblclick", () => this.toggle(node));
    element.addEventListener("focus", () => this.moveTo(node.id, false));
    return element;
  }

  private key(event: KeyboardEvent): void {
    const node = this.shown.nodes.find(({ id }) => id === this.current);
    if (!node) {
      return;
    }
    const column = this.shown.nodes
      .filter(({ kind }) => kind === node.kind)
      .sort((a, b) => (this.placed.places.get(a.id)?.y ?? 0) - (this.placed.places.get(b.id)?.y ?? 0));
    const at = column.indexOf(node);
    const press: Record<string, () => void> = {
      ArrowUp: () => this.moveTo(column[at - 1]?.id),
      ArrowDown: () => this.moveTo(column[at + 1]?.id),
      ArrowLeft: () => this.moveTo(this.neighbour(node.id, "to", "from")),
      ArrowRight: () => this.moveTo(this.neighbour(node.id, "from", "to")),
      Home: () => this.moveTo(column[0]?.id),
      End: () => this.moveTo(column.at(-1)?.id),
      Enter: () => this.open(node),
      " ": () => this.toggle(node),
      "+": () => this.zoomBy(ZOOM.step),
      "-": () => this.zoomBy(1 / ZOOM.step),
      "0": () => this.fit(),
    };
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : press[event.key];
    if (action) {
      event.preventDefault();
      action();
    }
  }

  /** The neighbour on the lit way, else the first. */
  private neighbour(id: string, near: "from" | "to", far: "from" | "to"): string | undefined {
    const others = this.shown.edges.filter((edge) => edge[near] === id).map((edge) => edge[far]);
    return others.find((other) => this.lit.has(other)) ?? others[0];
  }

  private element(id: string | undefined): SVGGElement | undefined {
    const nodes = this.scroller.querySelectorAll<SVGGElement>("g[data-id]");
    return [...nodes].find((element) => element.dataset["id"] === id);
  }

  private moveTo(id: string | undefined, focus = true): void {
    if (id === undefined) {
      return;
    }
    this.element(this.current)?.setAttribute("tabindex", "-1");
    this.current = id;
    const element = this.element(id);
    element?.setAttribute("tabindex", "0");
    if (focus) {
      element?.focus({ preventScroll: true });
    }
    this.reveal(id);
  }

  /** Scrolls the picture, not the page, so that a node can be seen. */
  private reveal(id: string | undefined): void {
    const place = id === undefined ? undefined : this.placed.places.get(id);
    if (!place) {
      return;
    }
    const zoom = this.scaleNow();
    const { scroller } = this;
    if (place.y * zoom < scroller.scrollTop + 20 || place.y * zoom > scroller.scrollTop + scroller.clientHeight - 20) {
      scroller.scrollTop = place.y * zoom - scroller.clientHeight / 2;
    }
    if (
      place.x * zoom < scroller.scrollLeft ||
      (place.x + place.width) * zoom > scroller.scrollLeft + scroller.clientWidth
    ) {
      scroller.scrollLeft = place.x * zoom - 20;
    }
  }

  private toggle(node: GraphNode): void {
    if (node.kind === "route") {
      this.toggled.set(node.id, !this.collapsed.has(node.id));
      this.setGraph(this.graph);
    }
  }

  private collapseAll(closed: boolean): void {
    for (const { id, kind } of this.graph.nodes) {
      if (kind === "route") {
        this.toggled.set(id, closed);
      }
    }
    this.setGraph(this.graph);
  }

  private zoomBy(factor: number): void {
    this.zoom = Math.min(ZOOM.most, Math.max(ZOOM.least, this.scaleNow() * factor));
    this.scale();
  }

  private fit(): void {
    this.zoom = undefined;
    this.scale();
  }

  private scaleNow(): number {
    const fitting = (this.scroller.clientWidth || this.placed.width) / this.placed.width;
    return this.zoom ?? Math.min(1.15, Math.max(0.62, fitting));
  }

  private scale(): void {
    const drawing = this.scroller.querySelector("svg");
    const zoom = this.scaleNow();
    const { width, height } = this.placed;
    drawing?.setAttribute("viewBox", `0 0 ${width} ${height}`);
    drawing?.setAttribute("width", String(Math.floor(width * zoom)));
    drawing?.setAttribute("height", String(Math.ceil(height * zoom)));
  }
}
