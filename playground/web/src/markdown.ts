/**
 * The part of Markdown that docs/diagnostics.md is written in, as elements: paragraphs, lists, blocks of code, and
 * within a line code, emphasis and links. Markup in it stays text.
 */
import { h } from "./dom.ts";

export function markdown(text: string): HTMLElement[] {
  const lines = text.split("\n");
  const blocks: HTMLElement[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? "";
    if (line.startsWith("```")) {
      const end = lines.findIndex((other, index) => index > at && other.startsWith("```"));
      const last = end < 0 ? lines.length : end;
      blocks.push(code(lines.slice(at + 1, last).join("\n"), line.slice(3).trim()));
      at = last + 1;
    } else if (/^#+ /.test(line)) {
      blocks.push(h("h3", {}, ...inline(line.replace(/^#+ /, ""))));
      at += 1;
    } else if (/^[*-] /.test(line)) {
      const end = at + lengthWhile(lines.slice(at), (other) => /^([*-] |\s+\S)/.test(other));
      const items = lines
        .slice(at, end)
        .join("\n")
        .split(/^[*-] /m)
        .slice(1);
      blocks.push(h("ul", {}, ...items.map((item) => h("li", {}, ...inline(item)))));
      at = end;
    } else if (line.trim() === "") {
      at += 1;
    } else {
      const end = at + lengthWhile(lines.slice(at), (other) => other.trim() !== "" && !other.startsWith("```"));
      blocks.push(h("p", {}, ...inline(lines.slice(at, end).join(" "))));
      at = end;
    }
  }
  return blocks;
}

function code(text: string, info: string): HTMLElement {
  const label = info.split(/\s+/).slice(1).join(" ");
  const block = h("pre", { tabindex: "0" }, h("code", {}, text));
  return label ? h("figure", {}, h("figcaption", {}, label), block) : block;
}

function lengthWhile(lines: string[], holds: (line: string) => boolean): number {
  const end = lines.findIndex((line) => !holds(line));
  return end < 0 ? lines.length : end;
}

/** A line with its code, emphasis and links. */
export function inline(text: string): (Node | string)[] {
  const parts: (Node | string)[] = [];
  let rest = text.replace(/\s+/g, " ").trim();
  const token = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*|\[([^\]]+)\]\(([^)\s]+)\)/;
  for (let found = token.exec(rest); found; found = token.exec(rest)) {
    const [whole, verbatim, strong, emphasis, label, address] = found;
    parts.push(rest.slice(0, found.index));
    if (verbatim !== undefined) {
      parts.push(h("code", {}, verbatim));
    } else if (strong !== undefined) {
      parts.push(h("strong", {}, strong));
    } else if (emphasis !== undefined) {
      parts.push(h("em", {}, emphasis));
    } else if (/^https:\/\//.test(address ?? "")) {
      parts.push(h("a", { href: address, rel: "noreferrer" }, label ?? ""));
    } else {
      // A place in the repository, which this page is no part of.
      parts.push(label ?? "");
    }
    rest = rest.slice(found.index + whole.length);
  }
  return [...parts, rest];
}
