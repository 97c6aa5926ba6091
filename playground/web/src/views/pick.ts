/** Files of this computer, read as text and within bounds. */
import { h } from "../dom.ts";
import { fileName, LIMITS, SceneError } from "../scene.ts";
import type { SourceFile } from "../types.ts";

/** What somebody chooses in the browser's dialog; nothing if they change their mind. */
export function pickFiles(): Promise<SourceFile[]> {
  return new Promise((resolve, reject) => {
    const input = h("input", { type: "file", multiple: true, accept: ".yaml,.yml,.json,text/*" });
    input.addEventListener("change", () => readFiles([...(input.files ?? [])]).then(resolve, reject));
    input.addEventListener("cancel", () => resolve([]));
    input.click();
  });
}

/** Throws a `SceneError` for more than the playground takes. */
export async function readFiles(files: File[]): Promise<SourceFile[]> {
  const size = files.reduce((sum, file) => sum + file.size, 0);
  if (files.length > LIMITS.files || size > LIMITS.text) {
    throw new SceneError("These files are more than the playground takes.");
  }
  return Promise.all(files.map(async (file) => ({ name: fileName(file.name), text: await file.text() })));
}

/** Hands a file to the browser to be saved. */
export function download(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  h("a", { href: address, download: name }).click();
  // Browsers have taken the content by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
