/** Every match in the order in which it was tried, with what failed; each is linked to its lines both ways. */
import { h } from "../dom.ts";
import { inline } from "../markdown.ts";
import type { Candidate, Decision } from "../types.ts";

export class Candidates {
  private decision: Decision | undefined;
  private all = false;
  private said = "";

  constructor(
    private readonly host: HTMLElement,
    private readonly open: (candidate: Candidate) => void,
  ) {}

  show(decision: Decision): void {
    // Places may be others; what is said is mostly the same while one types.
    const said = JSON.stringify([decision.explain, decision.tried]);
    this.decision = decision;
    if (said !== this.said) {
      this.said = said;
      this.draw();
    }
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
    const candidates = decision?.candidates ?? [];
    const winner = decision?.explain.winner ?? candidates.length - 1;
    // Those after the winner were not tried: they are there for whoever asks.
    const shown = this.all ? candidates.length : winner + 1;
    const rows = candidates.slice(0, shown).map((_, at) => this.row(at));
    const later = (decision?.tried ?? 0) - 1 - (candidates[winner]?.position ?? -1);
    const held = candidates.slice(winner + 1).filter((candidate) => candidate.held).length;
    const leftOut = (decision?.tried ?? 0) - candidates.length;
    this.host.replaceChildren(
      candidates.length === 0
        ? h("p", { class: "quiet" }, "No match was tried: no rule is for this request’s Service.")
        : h("ol", {}, ...rows),
    );
    if (leftOut > 0) {
      this.host.prepend(
        h("p", { class: "quiet" }, `${leftOut} of ${decision?.tried} matches are left out: they say least.`),
      );
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
    return h(
      "li",
      { "data-at": at, value: (candidate?.position ?? at) + 1, class: won ? "won" : failed ? "lost" : "later" },
      press,
    );
  }
}
