/** A list of tabs: arrow keys walk through it, as the ARIA practices have it. */
import { h } from "../dom.ts";

export interface Tab {
  id: string;
  label: string;
  /** A mark behind the label. */
  wrong?: "error" | "warning" | undefined;
}

const shown = new WeakMap<HTMLElement, string>();

/** Draws nothing where nothing has changed, which is so at most key strokes. */
export function showTabs(
  host: HTMLElement,
  tabs: Tab[],
  active: string,
  panel: string | ((id: string) => string),
  pick: (id: string) => void,
): void {
  const state = JSON.stringify([tabs, active]);
  if (shown.get(host) === state) {
    return;
  }
  shown.set(host, state);
  const focused = host.contains(document.activeElement);
  const elements = tabs.map(({ id, label, wrong }, at) => {
    const selected = id === active;
    const tab = h(
      "button",
      {
        type: "button",
        role: "tab",
        class: "tab",
        "aria-selected": String(selected),
        "aria-controls": typeof panel === "string" ? panel : panel(id),
        tabindex: selected ? "0" : "-1",
        title: label,
      },
      label,
      wrong && h("span", { class: `wrong ${wrong}`, role: "img", "aria-label": wrong }),
    );
    tab.addEventListener("click", () => pick(id));
    tab.addEventListener("keydown", (event) => {
      const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
      const next = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length];
      if (next) {
        event.preventDefault();
        pick(next.id);
      }
    });
    return tab;
  });
  host.replaceChildren(...elements);
  const selected = elements[tabs.findIndex(({ id }) => id === active)];
  if (focused) {
    selected?.focus();
  }
  selected?.scrollIntoView({ block: "nearest", inline: "nearest" });
}
