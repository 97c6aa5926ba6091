/**
 * Follows the files of `gammactl playground`, which puts `<meta name="gamma-serve">` into the page that it serves.
 * Anywhere else nothing is asked for.
 */
import { type Scene, toFiles } from "./scene.ts";
import type { SourceFile } from "./types.ts";

export interface Served {
  files: SourceFile[];
  namespace: string | undefined;
}

export function isServed(): boolean {
  return document.querySelector('meta[name="gamma-serve"]') !== null;
}

/** The files as they are now. */
export async function servedFiles(): Promise<Served> {
  const response = await fetch("./files.json", { cache: "no-store" });
  if (!response.ok) {
    throw new Error(`gammactl playground answered ${response.status}`);
  }
  const value = (await response.json()) as { files?: unknown; namespace?: unknown } | unknown[];
  const files = toFiles(Array.isArray(value) ? value : value.files, "files.json");
  const namespace = Array.isArray(value) ? undefined : value.namespace;
  return { files, namespace: typeof namespace === "string" ? namespace : undefined };
}

/** Calls back at every change of the files, and when the server goes and comes. */
export function follow(changed: (files: Served) => void, connected: (up: boolean) => void): void {
  const events = new EventSource("./events");
  const load = (): void => {
    servedFiles().then(changed, () => connected(false));
  };
  events.onopen = () => {
    connected(true);
    load();
  };
  events.onmessage = load;
  events.onerror = () => connected(false);
}

/** What a scene becomes when the files on disk are others. */
export function withFiles(scene: Scene, { files, namespace }: Served): Scene {
  return { ...scene, files, namespace: namespace ?? scene.namespace };
}
