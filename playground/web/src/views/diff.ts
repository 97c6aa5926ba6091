/** Before and after: the classes of requests that a change decides otherwise, as `gammactl diff` finds them. */
import { button, h } from "../dom.ts";
import type { DecisionChange, DiffDecision, Differences, Request, ServiceDifferences, SourceFile } from "../types.ts";

export interface DiffEvents {
  /** Makes the manifests as they are now the version that is compared with. */
  snapshot(): void;
  choose(files: SourceFile[]): void;
  forget(): void;
  ask(request: Request): void;
}

export class DiffPanel {
  private readonly result = h("div", { class: "result", "aria-live": "polite" });
  private readonly pasted = h("textarea", {
    id: "diff-pasted",
    rows: "4",
    spellcheck: "false",
    placeholder: "Paste the manifests as they were",
  });

  constructor(
    host: HTMLElement,
    private readonly events: DiffEvents,
    pick: () => Promise<SourceFile[]>,
  ) {
    this.pasted.addEventListener("change", () => {
      if (this.pasted.value.trim()) {
        events.choose([{ name: "before.yaml", text: this.pasted.value }]);
      }
    });
    host.append(
      h("p", { class: "lead" }, "Which requests does a change decide otherwise? Say what the manifests were before:"),
      h(
        "div",
        { class: "toolbar" },
        button("Keep these as “before”", () => events.snapshot(), { class: "primary" }),
        button("Open files…", () => void pick().then((files) => files.length > 0 && events.choose(files))),
        button("Forget", () => events.forget()),
      ),
      h("label", { for: "diff-pasted", class: "label" }, "Or paste them"),
      this.pasted,
      this.result,
    );
  }

  show(differences: Differences | undefined): void {
    if (!differences) {
      this.result.replaceChildren(h("p", { class: "quiet" }, "Nothing to compare with yet."));
      return;
    }
    const services = differences.services.filter(
      ({ tables, added, removed }) => tables.length + added.length + removed.length > 0,
    );
    this.result.replaceChildren(
      differences.changed
        ? h("p", { class: "lead" }, h("strong", {}, summary(services)))
        : h("p", { class: "lead" }, h("strong", {}, "Nothing changes: every request is decided as before.")),
      ...services.map((service) => this.service(service)),
    );
  }

  complain(problem: string): void {
    this.result.replaceChildren(h("p", { class: "complaint" }, problem));
  }

  private service({ namespace, name, added, removed, tables }: ServiceDifferences): HTMLElement {
    return h(
      "section",
      { class: "service" },
      h("h3", {}, `${namespace}/${name}`),
      ...[...added.map((what) => `+ ${what}`), ...removed.map((what) => `− ${what}`)].map((text) =>
        h("p", { class: "quiet" }, text),
      ),
      ...tables.flatMap(({ changes, limits }) => [
        ...changes.map((change) => this.change(change)),
        ...limits.map((limit) => h("p", { class: "quiet" }, `Not complete: ${limit}`)),
      ]),
    );
  }

  private change({ requests, before, after, differences }: DecisionChange): HTMLElement {
    return h(
      "article",
      { class: "change" },
      ...requests.map((request) => button(request.curl, () => this.events.ask(request.request), { class: "request" })),
      h(
        "dl",
        {},
        ...pair("rule", ruleName(before), ruleName(after)),
        ...differences.flatMap(({ what, before: old, after: now }) => pair(what, old ?? "none", now ?? "none")),
      ),
    );
  }
}

function summary(services: ServiceDifferences[]): string {
  const classes = services.flatMap(({ tables }) => tables.flatMap(({ changes }) => changes)).length;
  return classes === 1 ? "One class of requests changes." : `${classes} classes of requests change.`;
}

function ruleName({ rule }: DiffDecision): string {
  return rule ? `${rule.route.replace(/^\w+\//, "")}/${rule.name}` : "none";
}

function pair(what: string, before: string, after: string): HTMLElement[] {
  if (before === after) {
    return [];
  }
  return [
    h("dt", {}, what),
    h("dd", {}, h("del", {}, before), h("span", { "aria-hidden": "true" }, " → "), h("ins", {}, after)),
  ];
}
