/** All diagnostics in a list below the editor: where they are, what is wrong, the way out. */
import { explanation, fixLabel } from "../editor/diagnostics.ts";
import { button, h } from "../dom.ts";
import type { Diagnostic, Fix } from "../types.ts";

const MOST = 200;

export interface ProblemEvents {
  openPage(code: string): void;
  open(diagnostic: Diagnostic): void;
  apply(fix: Fix): void;
}

export function showProblems(
  host: HTMLElement,
  summary: HTMLElement,
  diagnostics: Diagnostic[],
  events: ProblemEvents,
): void {
  const rank = { error: 0, warning: 1, note: 2 };
  const sorted = [...diagnostics].sort((a, b) => rank[a.severity] - rank[b.severity]);
  summary.textContent = counts(diagnostics);
  host.replaceChildren(
    ...sorted.slice(0, MOST).map((diagnostic) => {
      const { file, start, fix } = diagnostic;
      return h(
        "li",
        { class: `problem ${diagnostic.severity}` },
        h("span", { class: "severity" }, diagnostic.severity),
        explanation(diagnostic, events.openPage),
        h(
          "div",
          { class: "ways" },
          file !== undefined &&
            start &&
            button(`${file}:${start.line}`, () => events.open(diagnostic), { class: "place" }),
          fix && button(fixLabel(fix), () => events.apply(fix), { class: "primary small" }),
        ),
      );
    }),
  );
}

/** `1 error, 2 warnings`. */
export function counts(diagnostics: Diagnostic[]): string {
  const parts = (["error", "warning", "note"] as const).flatMap((severity) => {
    const count = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? "" : "s"}`];
  });
  return parts.join(", ") || "No problems";
}
