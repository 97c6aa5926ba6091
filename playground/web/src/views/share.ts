/** The dialogs of a link to this scene, and of what gammactl needs to repeat it. */
import { button, h } from "../dom.ts";
import { type Scene, SceneError } from "../scene.ts";
import { encode } from "../share/codec.ts";
import { archive, explainCommand, FOLDER } from "../share/repeat.ts";
import { tar } from "../share/tar.ts";
import type { Decision } from "../types.ts";
import { openDialog } from "./dialog.ts";
import { download } from "./pick.ts";

/** Puts the scene into the page's address and shows it. */
export async function shareDialog(scene: Scene, alert: (message: string) => void): Promise<void> {
  try {
    history.replaceState(null, "", `#${await encode(scene)}`);
  } catch (error) {
    alert(error instanceof SceneError ? error.message : "This scene could not be put into a link.");
    return;
  }
  openDialog(
    "Share",
    "middle",
    h(
      "p",
      {},
      "Everything is in the link itself, behind the #: no server gets it. Whoever has the link has the manifests.",
    ),
    ...copyable("Link", location.href),
    h("p", { class: "quiet" }, `${location.href.length.toLocaleString("en")} characters`),
  );
}

export function exportDialog(scene: Scene, decision: Decision | undefined): void {
  openDialog(
    "Repeat it with gammactl",
    "middle",
    h(
      "p",
      {},
      "The archive has the manifests and a test case that holds as long as the request is decided as it is now.",
    ),
    button("Download playground.tar", () => download("playground.tar", tar(archive(scene, decision))), {
      class: "primary",
    }),
    ...copyable("Unpack it and explain the request", `tar xf playground.tar\n${explainCommand(scene)}`),
    ...copyable("Test it", `gammactl test ${FOLDER}/playground.cases.yaml`),
  );
}

function copyable(label: string, text: string): HTMLElement[] {
  const id = `copy-${label.toLowerCase().replace(/\W+/g, "-")}`;
  const area = h("textarea", { id, readonly: true, rows: "3", spellcheck: "false" });
  area.value = text;
  const copy = button("Copy", () => {
    area.select();
    navigator.clipboard.writeText(text).then(
      () => {
        copy.textContent = "Copied";
      },
      // Without leave for the clipboard the text is selected, at least.
      () => undefined,
    );
  });
  return [h("label", { for: id, class: "label" }, label), area, copy];
}
