/** VirtualServices as routes of the Gateway API, with the converter's report. */
import { button, h } from "../dom.ts";
import type { Conversion, SourceFile } from "../types.ts";
import { counts } from "./problems.ts";

export class ConvertPanel {
  private readonly text = h("textarea", {
    id: "virtual-services",
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
        "Paste VirtualServices, with the DestinationRules and Services that they name, and get routes that do the same.",
      ),
      h("label", { for: "virtual-services", class: "label" }, "VirtualServices"),
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
      this.show(await this.convert([{ name: "istio.yaml", text: this.text.value }]));
    } catch (error) {
      const problem = this.failed(error);
      if (problem !== undefined) {
        this.result.replaceChildren(h("p", { class: "complaint" }, problem));
      }
    }
  }

  private show(conversion: Conversion): void {
    const rest = withoutIstio(this.text.value);
    const { files, diagnostics, proof } = conversion;
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
          () => this.use([...files.map(({ path, text }) => ({ name: path, text })), ...rest]),
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

/** What was pasted beside Istio's objects, such as Services: the routes are about them. */
function withoutIstio(text: string): SourceFile[] {
  const documents = text.split(/^---.*$/m).filter((document) => /^kind:/m.test(document));
  const others = documents.filter((document) => !/^apiVersion:\s*["']?networking\.istio\.io\//m.test(document));
  return others.length > 0
    ? [{ name: "services.yaml", text: `${others.map((each) => each.trim()).join("\n---\n")}\n` }]
    : [];
}
