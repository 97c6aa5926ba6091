/** The page of a diagnostic's code, in a panel at the side. */
import { markdown } from "../markdown.ts";
import type { EngineClient } from "../worker/client.ts";
import { openDialog } from "./dialog.ts";

export async function openPage(engine: EngineClient, code: string): Promise<void> {
  const page = await engine.ask("page", code);
  openDialog(`${page.code}: ${page.title}`, "side", ...markdown(page.text));
}
