/** The request as a form. */
import { button, h } from "../dom.ts";
import type { Header, Request } from "../types.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

export class RequestForm {
  private readonly method = h("input", {
    id: "request-method",
    list: "methods",
    autocomplete: "off",
    spellcheck: "false",
  });
  private readonly url = h("input", { id: "request-url", autocomplete: "off", spellcheck: "false", inputmode: "url" });
  private readonly from = h("input", { id: "request-from", autocomplete: "off", spellcheck: "false" });
  private readonly headers = h("div", { class: "headers" });

  constructor(
    host: HTMLElement,
    private readonly changed: (request: Request) => void,
  ) {
    const methods = h("datalist", { id: "methods" }, ...METHODS.map((value) => h("option", { value })));
    host.append(
      h(
        "div",
        { class: "request-line" },
        field("Method", this.method, "method"),
        field("URL", this.url, "url"),
        field("Client’s namespace", this.from, "from"),
      ),
      h(
        "div",
        { class: "headers-head" },
        h("h3", { class: "label" }, "Headers"),
        button("Add a header", () => this.addHeader()),
      ),
      this.headers,
      methods,
    );
    host.addEventListener("input", () => this.changed(this.read()));
  }

  show(request: Request): void {
    setValue(this.method, request.method);
    setValue(this.url, request.url);
    setValue(this.from, request.client_namespace ?? "");
    if (JSON.stringify(this.readHeaders()) !== JSON.stringify(request.headers)) {
      this.headers.replaceChildren(...request.headers.map((header) => this.row(header)));
    }
  }

  private read(): Request {
    const from = this.from.value.trim();
    return {
      method: this.method.value.trim() || "GET",
      url: this.url.value.trim(),
      headers: this.readHeaders(),
      ...(from ? { client_namespace: from } : {}),
    };
  }

  /** Headers with a name: a row that is being filled in is none yet. */
  private readHeaders(): Header[] {
    return [...this.headers.children].flatMap((row): Header[] => {
      const [name, value] = row.querySelectorAll("input");
      return name?.value.trim() ? [[name.value.trim(), value?.value ?? ""]] : [];
    });
  }

  private addHeader(): void {
    const row = this.row(["", ""]);
    this.headers.append(row);
    row.querySelector("input")?.focus();
  }

  private row([name, value]: Header): HTMLElement {
    const row = h(
      "div",
      { class: "header" },
      input("Header name", name, "x-version"),
      input("Header value", value, "value"),
      button(
        "×",
        () => {
          const next = (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("input");
          row.remove();
          this.changed(this.read());
          (next ?? this.url).focus();
        },
        { class: "icon", "aria-label": "Remove this header" },
      ),
    );
    return row;
  }
}

function field(label: string, control: HTMLInputElement, kind: string): HTMLElement {
  return h("div", { class: `field ${kind}` }, h("label", { for: control.id }, label), control);
}

function input(label: string, value: string, placeholder: string): HTMLInputElement {
  const element = h("input", { "aria-label": label, placeholder, autocomplete: "off", spellcheck: "false" });
  element.value = value;
  return element;
}

/** Leaves the cursor where it is if nothing changes. */
function setValue(element: HTMLInputElement, value: string): void {
  if (element.value.trim() !== value) {
    element.value = value;
  }
}
