/** What people have at hand: access logs, HAR files and copied curl lines, each request with its decision. */
import { h } from "../dom.ts";
import type { Decision, Pasted, Request } from "../types.ts";
import { inOneSentence } from "./answer.ts";

const MOST = 500;

export interface PasteEngine {
  read(text: string): Promise<Pasted[]>;
  decide(requests: Request[]): Promise<Decision[]>;
}

export class PastePanel {
  private readonly text = h("textarea", {
    id: "pasted",
    rows: "7",
    spellcheck: "false",
    placeholder: '[2026-11-21T08:00:10.123Z] "GET /checkout HTTP/1.1" 301 - 0 0 1 - "-" "curl/8.5.0" "5b1e" "cart" "-"',
  });
  private readonly result = h("div", { class: "result", "aria-live": "polite" });
  private requests: Request[] = [];
  /** Lines that are no requests, and why. */
  private refused: string[] = [];

  constructor(
    host: HTMLElement,
    private readonly engine: PasteEngine,
    private readonly ask: (request: Request) => void,
    private readonly failed: (error: unknown) => string | undefined,
  ) {
    this.text.addEventListener("input", () => void this.read());
    host.append(
      h(
        "p",
        { class: "lead" },
        "Lines of an access log (Envoy’s, Istio’s, JSON), a HAR file, or curl lines as browsers copy them. Nothing leaves this page.",
      ),
      h("label", { for: "pasted", class: "label" }, "Requests"),
      this.text,
      this.result,
    );
  }

  /** Decides again: the manifests have changed. */
  async refresh(): Promise<void> {
    if (this.requests.length > 0) {
      await this.decide();
    }
  }

  private async read(): Promise<void> {
    try {
      const lines = this.text.value.trim() ? await this.engine.read(this.text.value) : [];
      this.requests = lines.filter((line): line is Pasted & Request => !("error" in line));
      this.refused = lines.flatMap((line) => ("error" in line ? [`Line ${line.line}: ${line.error}`] : []));
      await this.decide();
    } catch (error) {
      this.complain(error);
    }
  }

  private async decide(): Promise<void> {
    const requests = this.requests.slice(0, MOST);
    try {
      const decisions = await this.engine.decide(requests);
      this.result.replaceChildren(
        h("p", { class: "quiet" }, this.requests.length === 0 ? "" : amount(this.requests.length)),
        h("ul", { class: "refused" }, ...this.refused.slice(0, 20).map((why) => h("li", { class: "complaint" }, why))),
        h("ul", { class: "requests" }, ...decisions.map((decision, at) => this.row(requests[at], decision))),
      );
    } catch (error) {
      this.complain(error);
    }
  }

  private row(request: Request | undefined, decision: Decision): HTMLElement {
    const press = h(
      "button",
      { type: "button", class: "request" },
      h("span", { class: "line" }, `${request?.method ?? ""} ${request?.url ?? ""}`),
      h("span", { class: "result" }, inOneSentence(decision)),
    );
    press.addEventListener("click", () => request && this.ask(request));
    return h("li", {}, press);
  }

  private complain(error: unknown): void {
    const problem = this.failed(error);
    if (problem !== undefined) {
      this.result.replaceChildren(h("p", { class: "complaint" }, problem));
    }
  }
}

function amount(count: number): string {
  return count > MOST
    ? `${count} requests, of which the first ${MOST} are shown`
    : `${count} request${count === 1 ? "" : "s"}`;
}
