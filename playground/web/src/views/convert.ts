/** What other meshes have as routes of the Gateway API, with the converter's report. */
import { button, h } from "../dom.ts";
import type { Conversion, SourceFile } from "../types.ts";
import { counts } from "./problems.ts";

export class ConvertPanel {
  private readonly text = h("textarea", {
    id: "to-convert",
    rows: "9",
    spellcheck: "false",
    placeholder: "kind: VirtualService",
  });
  private readonly result = h("div", { class: "result", "aria-live": "polite" });

  constructor(
    host: HTMLElement,
    private readonly convert: (files: SourceFile[]) => Promise<Conversion>,
    private readonly use: (files: SourceFile[]) => void,
    private readonly openPage: (code: string) => void,
    private readonly failed: (error: unknown) => string | undefined,
  ) {
    this.text.addEventListener("input", () => void this.run());
    host.append(
      h(
        "p",
        { class: "lead" },
        "Paste what Istio, SMI or Linkerd have, with the Services that it names, and get routes that do the same.",
      ),
      h("label", { for: "to-convert", class: "label" }, "VirtualServices, TrafficSplits, ServiceProfiles"),
      this.text,
      this.result,
    );
  }

  private async run(): Promise<void> {
    if (!this.text.value.trim()) {
      this.result.replaceChildren();
      return;
    }
    try {
      this.show(await this.convert([{ name: "source.yaml", text: this.text.value }]));
    } catch (error) {
      const problem = this.failed(error);
      if (problem !== undefined) {
        this.result.replaceChildren(h("p", { class: "complaint" }, problem));
      }
    }
  }

  private show(conversion: Conversion): void {
    const { files, others, diagnostics, proof } = conversion;
    const content = [
      h("h3", {}, `Report: ${counts(diagnostics).toLowerCase()}`),
      h(
        "ul",
        { class: "report" },
        ...diagnostics.map(({ code, severity, message, hint, start }) =>
          h(
            "li",
            { class: severity },
            button(code, () => this.openPage(code), { class: "code", "aria-label": `${code}: what it means` }),
            start ? `line ${start.line}: ${message}` : message,
            hint && h("p", { class: "quiet" }, hint),
          ),
        ),
      ),
      h("p", { class: proof.holds ? "holds" : "complaint" }, proof.text),
      files.length > 0 &&
        button(
          "Use these manifests",
          () => this.use([...files, ...(others ? [others] : [])].map(({ path, text }) => ({ name: path, text }))),
          {
            class: "primary",
          },
        ),
      ...files.map(({ path, text }) =>
        h("details", { open: files.length === 1 }, h("summary", {}, path), h("pre", { tabindex: "0" }, text)),
      ),
    ];
    this.result.replaceChildren(...content.filter((element) => element instanceof HTMLElement));
  }
}
