/** The manifests: a tab for each file, and the editor of the one that is shown. */
import { byId } from "../dom.ts";
import { ManifestEditor } from "../editor/editor.ts";
import { fileName, LIMITS } from "../scene.ts";
import type { Diagnostic, Fix, Place, Schema, SourceFile } from "../types.ts";
import { askLine } from "./dialog.ts";
import { pickFiles, readFiles } from "./pick.ts";
import { showTabs } from "./tabs.ts";

export interface FileEvents {
  changed(): void;
  moved(file: string, offset: number): void;
  openPage(code: string): void;
  alert(message: string): void;
}

export class FilesPane {
  private files: SourceFile[] = [];
  private active = "";
  private diagnostics: Diagnostic[] = [];
  /** Whether they are of another version of the files: what they would change stands elsewhere now. */
  private stale = true;
  private decided: Partial<Place> | undefined;
  private readonly editor: ManifestEditor;
  private readonly tabs = byId("files");
  private loading = false;

  constructor(
    private readonly events: FileEvents,
    schema: () => Schema | undefined,
  ) {
    this.editor = new ManifestEditor(
      byId("editor"),
      {
        changed: (file, text) => this.edit(file, text),
        moved: (file, offset) => events.moved(file, offset),
        openPage: (code) => events.openPage(code),
        apply: (fix) => this.apply(fix),
      },
      schema,
    );
    byId("file-add").addEventListener("click", () => void this.create());
    byId("file-open").addEventListener("click", () => void pickFiles().then((files) => this.add(files)));
    byId("file-rename").addEventListener("click", () => void this.rename());
    byId("file-remove").addEventListener("click", () => this.remove(this.active));
    this.tabs.addEventListener("keydown", (event) => {
      if (event.key === "Delete") {
        this.remove(this.active);
      } else if (event.key === "F2") {
        void this.rename();
      }
    });
    this.tabs.addEventListener("dblclick", () => void this.rename());
    this.takeDrops();
  }

  all(): SourceFile[] {
    return this.files.map(({ name, text }) => ({ name, text }));
  }

  load(files: SourceFile[]): void {
    this.quietly(() => {
      this.files = files.map(({ name, text }) => ({ name, text }));
      this.diagnostics = [];
      this.stale = true;
      this.editor.load(this.files);
      this.show(this.files[0]?.name ?? "");
    });
  }

  /** Takes files that have changed elsewhere, and keeps the editor where it is. */
  update(files: SourceFile[]): void {
    if (!files.some(({ name }) => name === this.active)) {
      this.load(files);
      return;
    }
    this.stale = true;
    this.quietly(() => {
      for (const { name } of this.files.filter((old) => !files.some((file) => file.name === old.name))) {
        this.editor.remove(name);
      }
      this.files = files.map(({ name, text }) => ({ name, text }));
      for (const { name, text } of files) {
        this.editor.replace(name, text);
      }
      this.drawTabs();
    });
  }

  setDiagnostics(diagnostics: Diagnostic[]): void {
    this.diagnostics = diagnostics;
    this.stale = false;
    this.editor.setDiagnostics(diagnostics);
    this.drawTabs();
  }

  setDecided(place: Partial<Place> | undefined): void {
    this.decided = place;
    this.editor.setDecided(place);
  }

  /** Shows a place, if it is in a file that is there. */
  open({ file, start, end }: Partial<Place>, focus = true): void {
    if (file !== undefined && start !== undefined && this.files.some(({ name }) => name === file)) {
      this.show(file);
      this.editor.select(start, end ?? start, focus);
    }
  }

  /** Nothing is done while the files are looked at anew. */
  apply(fix: Fix): void {
    if (!this.stale) {
      this.editor.apply(fix.edits);
    }
  }

  private show(name: string): void {
    this.active = name;
    this.editor.show(name);
    this.editor.setDiagnostics(this.diagnostics);
    this.editor.setDecided(this.decided);
    this.drawTabs();
  }

  private drawTabs(): void {
    const tabs = this.files.map(({ name }) => {
      const of = this.diagnostics.filter(({ file }) => file === name);
      const worst = (["error", "warning"] as const).find((level) => of.some(({ severity }) => severity === level));
      return { id: name, label: name, wrong: worst };
    });
    showTabs(this.tabs, tabs, this.active, "editor", (name) => this.show(name));
  }

  private edit(name: string, text: string): void {
    const file = this.files.find((other) => other.name === name);
    if (file && !this.loading) {
      file.text = text;
      this.changed();
    }
  }

  private changed(): void {
    this.stale = true;
    this.events.changed();
  }

  /** The editor's own changes are none of the user's. */
  private quietly(change: () => void): void {
    this.loading = true;
    try {
      change();
    } finally {
      this.loading = false;
    }
  }

  private refuse(name: string): string | undefined {
    if (!name || name.length > LIMITS.name) {
      return "A file needs a name.";
    }
    return this.files.some((file) => file.name === name) ? "Another file has this name." : undefined;
  }

  private async create(): Promise<void> {
    const name = await askLine("New file", this.free("manifest.yaml"), (line) => this.refuse(line));
    if (name !== undefined) {
      this.add([{ name, text: "" }]);
    }
  }

  private async rename(): Promise<void> {
    const file = this.files.find(({ name }) => name === this.active);
    if (!file) {
      return;
    }
    const name = await askLine(`Rename ${file.name}`, file.name, (line) =>
      line === file.name ? undefined : this.refuse(line),
    );
    if (name !== undefined && name !== file.name) {
      this.editor.rename(file.name, fileName(name));
      file.name = fileName(name);
      this.active = file.name;
      this.drawTabs();
      this.changed();
    }
  }

  private remove(name: string): void {
    const at = this.files.findIndex((file) => file.name === name);
    if (at < 0) {
      return;
    }
    this.files.splice(at, 1);
    this.editor.remove(name);
    if (this.files.length === 0) {
      this.files.push({ name: "manifest.yaml", text: "" });
      this.editor.load(this.files);
    }
    this.show(this.files[Math.min(at, this.files.length - 1)]?.name ?? "");
    this.changed();
  }

  private add(files: SourceFile[]): void {
    const total = [...this.files, ...files].reduce((sum, { text }) => sum + text.length, 0);
    if (files.length === 0) {
      return;
    }
    if (this.files.length + files.length > LIMITS.files || total > LIMITS.text) {
      this.events.alert("These files are more than the playground takes.");
      return;
    }
    const added = files.map(({ name, text }) => {
      const file = { name: this.free(name), text };
      this.files.push(file);
      this.quietly(() => this.editor.replace(file.name, text));
      return file;
    });
    this.show(added[0]?.name ?? this.active);
    this.changed();
  }

  private free(wanted: string): string {
    let name = wanted;
    for (let count = 2; this.files.some((file) => file.name === name); count++) {
      name = wanted.replace(/(\.\w+)?$/, `-${count}$1`);
    }
    return name;
  }

  private takeDrops(): void {
    const pane = byId("editor").parentElement;
    pane?.addEventListener(
      "dragover",
      (event) => {
        if (event.dataTransfer?.types.includes("Files")) {
          event.preventDefault();
          pane.classList.add("dropping");
        }
      },
      { capture: true },
    );
    pane?.addEventListener("dragleave", () => pane.classList.remove("dropping"));
    pane?.addEventListener(
      "drop",
      (event) => {
        pane.classList.remove("dropping");
        const files = [...(event.dataTransfer?.files ?? [])];
        if (files.length > 0) {
          event.preventDefault();
          event.stopPropagation();
          void readFiles(files).then(
            (read) => this.add(read),
            (error: unknown) => this.events.alert(String(error instanceof Error ? error.message : error)),
          );
        }
      },
      { capture: true },
    );
  }
}
