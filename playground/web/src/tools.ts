/** What can be done with the manifests: one request, before and after, many requests, what other meshes have. */
import { byId } from "./dom.ts";
import type { Request, SourceFile } from "./types.ts";
import { ConvertPanel } from "./views/convert.ts";
import { DiffPanel } from "./views/diff.ts";
import { PastePanel } from "./views/paste.ts";
import { pickFiles } from "./views/pick.ts";
import { showTabs } from "./views/tabs.ts";
import type { EngineClient } from "./worker/client.ts";

const TOOLS = [
  { id: "request", label: "One request" },
  { id: "diff", label: "Before and after" },
  { id: "paste", label: "Many requests" },
  { id: "convert", label: "From other APIs" },
] as const;

type Tool = (typeof TOOLS)[number]["id"];

export interface ToolEvents {
  files(): SourceFile[];
  namespace(): string;
  ask(request: Request): void;
  use(files: SourceFile[]): void;
  openPage(code: string): void;
  failed(error: unknown): string | undefined;
}

export class Tools {
  /** The manifests that the current ones are compared with. */
  before: SourceFile[] | undefined;
  private active: Tool = "request";
  private readonly diff: DiffPanel;
  private readonly paste: PastePanel;

  constructor(
    private readonly engine: EngineClient,
    private readonly events: ToolEvents,
  ) {
    const compare = (files: SourceFile[] | undefined): void => {
      this.before = files;
      void this.compare();
    };
    this.diff = new DiffPanel(
      byId("tool-diff"),
      { snapshot: () => compare(events.files()), choose: compare, forget: () => compare(undefined), ask: events.ask },
      pickFiles,
    );
    this.paste = new PastePanel(
      byId("tool-paste"),
      { read: (text) => engine.ask("readLog", text), decide: (requests) => engine.ask("decideAll", requests) },
      (request) => events.ask(request),
      (error) => events.failed(error),
    );
    new ConvertPanel(
      byId("tool-convert"),
      (files) => engine.ask("convert", { files, options: { namespace: events.namespace() } }),
      (files) => events.use(files),
      (code) => events.openPage(code),
      (error) => events.failed(error),
    );
    this.show("request");
  }

  show(tool: Tool): void {
    this.active = tool;
    showTabs(
      byId("tools"),
      [...TOOLS],
      tool,
      (id) => `tool-${id}`,
      (id) => this.show(id as Tool),
    );
    for (const { id } of TOOLS) {
      byId(`tool-${id}`).hidden = id !== tool;
    }
    this.refresh();
  }

  /** The manifests have changed: what is shown has to, too. */
  refresh(): void {
    if (this.active === "diff") {
      void this.compare();
    } else if (this.active === "paste") {
      void this.paste.refresh();
    }
  }

  private async compare(): Promise<void> {
    try {
      this.diff.show(this.before && (await this.engine.ask("diff", this.before)));
    } catch (error) {
      const problem = this.events.failed(error);
      if (problem !== undefined) {
        this.diff.complain(problem);
      }
    }
  }
}
