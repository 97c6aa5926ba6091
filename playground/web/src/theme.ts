/** Dark or light: what the system says, until somebody chooses. The choice stays in this browser. */
const KEY = "gamma-playground-theme";

type Theme = "light" | "dark";

export function followTheme(toggle: HTMLButtonElement): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = stored();
  const show = (): void => {
    const theme = chosen ?? (dark.matches ? "dark" : "light");
    document.documentElement.dataset["theme"] = chosen ?? "system";
    toggle.setAttribute("aria-pressed", String(theme === "dark"));
  };
  toggle.addEventListener("click", () => {
    chosen = (chosen ?? (dark.matches ? "dark" : "light")) === "dark" ? "light" : "dark";
    try {
      localStorage.setItem(KEY, chosen);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
    show();
  });
  dark.addEventListener("change", show);
  show();
}

function stored(): Theme | undefined {
  try {
    const theme = localStorage.getItem(KEY);
    return theme === "light" || theme === "dark" ? theme : undefined;
  } catch {
    return undefined;
  }
}
