/** Diagnostics of gammactl as the editor's squiggles, with their ways out. */
import { type Action, type Diagnostic as Squiggle } from "@codemirror/lint";
import { button, h } from "../dom.ts";
import { inline } from "../markdown.ts";
import type { Diagnostic, Fix } from "../types.ts";

export interface DiagnosticActions {
  openPage(code: string): void;
  apply(fix: Fix): void;
}

/** The squiggles of one file. `length` is that of its text, which may be newer than the diagnostics. */
export function squiggles(
  diagnostics: Diagnostic[],
  file: string,
  length: number,
  actions: DiagnosticActions,
): Squiggle[] {
  return diagnostics
    .filter((diagnostic) => diagnostic.file === file && diagnostic.start && diagnostic.end)
    .map((diagnostic): Squiggle => {
      const from = Math.min(diagnostic.start?.offset ?? 0, length);
      return {
        from,
        to: Math.min(Math.max(diagnostic.end?.offset ?? 0, from), length),
        severity: diagnostic.severity === "note" ? "info" : diagnostic.severity,
        message: diagnostic.message,
        renderMessage: () => explanation(diagnostic, actions.openPage),
        actions: fixes(diagnostic, actions.apply),
      };
    })
    .sort((a, b) => a.from - b.from || a.to - b.to);
}

/** What is wrong, what comes of it and the way out; the code opens its page. */
export function explanation(diagnostic: Diagnostic, openPage: (code: string) => void): HTMLElement {
  return h(
    "div",
    {},
    button(diagnostic.code, () => openPage(diagnostic.code), {
      class: "code",
      "aria-label": `${diagnostic.code}: what it means`,
    }),
    h("span", { class: "message" }, ...inline(diagnostic.message)),
    diagnostic.why && h("p", {}, ...inline(diagnostic.why)),
    diagnostic.hint && h("p", { class: "way-out" }, ...inline(diagnostic.hint)),
  );
}

function fixes(diagnostic: Diagnostic, apply: (fix: Fix) => void): Action[] {
  const { fix } = diagnostic;
  return fix ? [{ name: fixLabel(fix), apply: () => apply(fix) }] : [];
}

/** What a button says of a fix: a button has no code in it. */
export function fixLabel({ label }: Fix): string {
  return label.replaceAll("`", "");
}
