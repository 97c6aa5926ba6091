/** Nodes and edges of the picture as SVG. */
import { svg } from "../dom.ts";
import type { GraphEdge, GraphNode } from "../types.ts";
import { NODE_HEIGHT, type Place } from "./layout.ts";

/** Pixels of a character of 12 px, on average. */
const CHARACTER = 6.7;
const PADDING = 11;

export function drawNode(
  node: GraphNode,
  place: Place,
  { lit, hidden }: { lit: boolean; hidden: number },
): SVGGElement {
  const room = Math.floor((place.width - 2 * PADDING - (hidden > 0 ? 44 : 0)) / CHARACTER);
  const classes = ["node", node.kind, lit && "lit", node.missing && "missing"].filter(Boolean).join(" ");
  return svg(
    "g",
    { class: classes, transform: `translate(${place.x} ${place.y - NODE_HEIGHT / 2})` },
    svg("title", {}, node.label),
    svg("rect", { class: "box", width: place.width, height: NODE_HEIGHT, rx: 7 }),
    svg("text", { x: PADDING, y: NODE_HEIGHT / 2 + 4 }, shortened(node.label, room)),
    hidden > 0 && svg("text", { class: "hidden", x: place.width - PADDING, y: NODE_HEIGHT / 2 + 4 }, `+ ${hidden}`),
    node.problems > 0 &&
      svg(
        "g",
        { class: "mark", transform: `translate(${place.width - 3} 3)` },
        svg("circle", { r: 8 }),
        svg("text", { y: 4 }, "!"),
      ),
  );
}

/** What a screen reader says of a node. */
export function nodeLabel(node: GraphNode, hidden: number, lit: boolean): string {
  return [
    `${node.kind} ${node.label}`,
    lit && "on the way of the request",
    node.missing && "not in these files",
    hidden > 0 && `${hidden} rules hidden: press space to show them`,
    node.problems > 0 && (node.problems === 1 ? "1 problem" : `${node.problems} problems`),
  ]
    .filter(Boolean)
    .join(", ");
}

export function drawEdge(edge: GraphEdge, from: Place, to: Place, lit: boolean): SVGGElement {
  const start = from.x + from.width;
  const bend = (to.x - start) / 2;
  const curve = `M ${start} ${from.y} C ${start + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`;
  const share = edge.share;
  const text = edge.mirror ? "copies" : share !== undefined && share < 1 ? percent(share) : undefined;
  return svg(
    "g",
    { class: ["edge", lit && "lit", edge.mirror && "mirror"].filter(Boolean).join(" ") },
    svg("path", { d: curve, "stroke-width": 1.2 + (share ?? 0.3) * (lit ? 2.4 : 1.2) }),
    text !== undefined && svg("text", { x: to.x - 4, y: to.y + (from.y < to.y ? 14 : -5) }, text),
  );
}

/** 0.125 as `12.5 %`. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(share > 0 && share < 0.001 ? 4 : 1))} %`;
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`;
}
