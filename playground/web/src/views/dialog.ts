/** Dialogs: a side panel for pages, and a question that is answered by one line. */
import { button, h } from "../dom.ts";

/** Opens a dialog with a title; it is gone when it is closed. */
export function openDialog(title: string, kind: "side" | "middle", ...content: HTMLElement[]): HTMLDialogElement {
  const heading = h("h2", { id: "dialog-title" }, title);
  const dialog = h(
    "dialog",
    { class: kind, "aria-labelledby": "dialog-title" },
    h(
      "header",
      {},
      heading,
      button("Close", () => dialog.close(), { class: "close" }),
    ),
    h("div", { class: "content", tabindex: "0", role: "group", "aria-labelledby": "dialog-title" }, ...content),
  );
  dialog.addEventListener("close", () => dialog.remove());
  // A press on what is behind it.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** The line that somebody answers with, or nothing if they change their mind. `refuse` says what is wrong with one. */
export function askLine(
  question: string,
  value: string,
  refuse: (line: string) => string | undefined,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const line = h("input", { id: "dialog-line", autocomplete: "off", spellcheck: "false" });
    const problem = h("p", { class: "complaint", role: "alert" });
    line.value = value;
    let answer: string | undefined;
    const form = h(
      "form",
      {
        method: "dialog",
        on: {
          submit: (event) => {
            const wrong = refuse(line.value.trim());
            if (wrong) {
              event.preventDefault();
              problem.textContent = wrong;
            } else {
              answer = line.value.trim();
            }
          },
        },
      },
      h("label", { for: "dialog-line", class: "label" }, "Name"),
      line,
      problem,
      h("button", { class: "primary" }, "OK"),
    );
    const dialog = openDialog(question, "middle", form);
    dialog.addEventListener("close", () => resolve(answer));
    line.focus();
    line.select();
  });
}
