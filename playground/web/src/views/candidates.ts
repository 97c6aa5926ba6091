/** Every match in the order in which it was tried, with what failed; each is linked to its lines both ways. */
import { h } from "../dom.ts";
import { inline } from "../markdown.ts";
import type { Candidate, Decision } from "../types.ts";

/** Rows that are drawn at once. */
const MOST = 200;

export class Candidates {
  private decision: Decision | undefined;
  private all = false;

  constructor(
    private readonly host: HTMLElement,
    private readonly open: (candidate: Candidate) => void,
  ) {}

  show(decision: Decision): void {
    this.decision = decision;
    this.draw();
  }

  /** Marks the candidates whose lines have a place of the editor. */
  mark(file: string, offset: number): void {
    const candidates = this.decision?.candidates ?? [];
    for (const row of this.host.querySelectorAll<HTMLElement>("li[data-at]")) {
      const candidate = candidates[Number(row.dataset["at"])];
      const here = candidate?.file === file && (candidate.start ?? 0) <= offset && offset <= (candidate.end ?? -1);
      row.classList.toggle("here", here);
    }
  }

  private draw(): void {
    const { decision } = this;
    const explained = decision?.explain.candidates ?? [];
    const winner = decision?.explain.winner ?? explained.length - 1;
    // Those after the winner were not tried: they are there for whoever asks.
    const tried = this.all ? explained.length : Math.min(explained.length, winner + 1);
    const from = this.all ? 0 : Math.max(0, tried - MOST);
    const rows = explained.slice(from, Math.min(tried, from + MOST)).map((_, index) => this.row(from + index));
    const later = explained.length - tried;
    const held = decision?.candidates.slice(tried).filter((candidate) => candidate.held).length ?? 0;
    this.host.replaceChildren(
      explained.length === 0
        ? h("p", { class: "quiet" }, "No match was tried: no rule is for this request’s Service.")
        : h("ol", { start: from + 1 }, ...rows),
    );
    if (from > 0) {
      this.host.prepend(h("p", { class: "quiet" }, `${from} more before these did not match.`));
    }
    if (later > 0 || this.all) {
      const text = this.all
        ? "Show only those that were tried"
        : `${later} more after it${held > 0 ? `, of which ${held} would hold, too` : ""}`;
      const toggle = h("button", { type: "button", class: "more", "aria-expanded": String(this.all) }, text);
      toggle.addEventListener("click", () => {
        this.all = !this.all;
        this.draw();
        this.host.querySelector<HTMLButtonElement>("button.more")?.focus();
      });
      this.host.append(toggle);
    }
  }

  private row(at: number): HTMLElement {
    const { explain, candidates } = this.decision as Decision;
    const explained = explain.candidates[at];
    const candidate = candidates[at];
    const won = explain.winner === at;
    const failed = candidate?.failed?.message ?? "";
    const [mark, state] = won ? ["✓", "takes the request"] : failed ? ["✗", ""] : ["○", "would hold, too"];
    const press = h(
      "button",
      { type: "button", class: "candidate" },
      h("span", { class: "verdict", "aria-hidden": "true" }, mark),
      h("span", { class: "what" }, h("strong", {}, explained?.rule ?? ""), " ", h("code", {}, explained?.asks ?? "")),
      h("span", { class: "failed" }, ...inline(failed || state)),
      explained?.source.line !== undefined &&
        h("span", { class: "place" }, `${explained.source.file}:${explained.source.line}`),
    );
    press.addEventListener("click", () => candidate && this.open(candidate));
    return h("li", { "data-at": at, class: won ? "won" : failed ? "lost" : "later" }, press);
  }
}
