/** The editor of manifests: one view, with a state for each file. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension, Prec, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import type { Diagnostic, Edit, Place, Schema } from "../types.ts";
import { type DiagnosticActions, squiggles } from "./diagnostics.ts";
import { completeFrom, hoverFrom } from "./schema.ts";
import { theme } from "./theme.ts";

export interface EditorEvents extends DiagnosticActions {
  /** The text of a file is another one. */
  changed(file: string, text: string): void;
  /** The cursor is elsewhere in the file that is shown. */
  moved(file: string, offset: number): void;
}

const decide = StateEffect.define<{ from: number; to: number } | null>();

/** The lines of the rule that decided. */
const decided = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(lines, transaction) {
    let moved = lines.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(decide)) {
        moved = effect.value ? lineDecorations(transaction.state, effect.value) : Decoration.none;
      }
    }
    return moved;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function lineDecorations(state: EditorState, { from, to }: { from: number; to: number }): DecorationSet {
  const mark = Decoration.line({ class: "cm-decided" });
  const lines = [];
  const last = state.doc.lineAt(Math.min(to, state.doc.length)).number;
  for (let line = state.doc.lineAt(Math.min(from, state.doc.length)).number; line <= last; line++) {
    lines.push(mark.range(state.doc.line(line).from));
  }
  return Decoration.set(lines);
}

/** Tab indents, as in every editor of code. Escape and then Tab leaves, whatever else Escape does. */
const leaveByTab = Prec.highest(
  keymap.of([
    {
      key: "Escape",
      run: (view) => {
        view.setTabFocusMode(2_000);
        return false;
      },
    },
  ]),
);

export class ManifestEditor {
  private readonly view: EditorView;
  private readonly states = new Map<string, EditorState>();
  private file = "";

  /** An editor in a shadow root of `host`, whose styles a Content-Security-Policy does not have to allow. */
  constructor(
    host: HTMLElement,
    private readonly events: EditorEvents,
    private readonly schema: () => Schema | undefined,
  ) {
    const root = host.attachShadow({ mode: "open" });
    this.view = new EditorView({ parent: root, root, state: this.fresh("") });
    this.view.dom.style.height = "100%";
  }

  /** Replaces all files, and forgets what could be undone. */
  load(files: { name: string; text: string }[]): void {
    this.states.clear();
    for (const { name, text } of files) {
      this.states.set(name, this.fresh(text));
    }
    this.file = "";
    this.view.setState(this.fresh(""));
  }

  show(file: string): void {
    if (file === this.file) {
      return;
    }
    this.keep();
    this.file = file;
    const state = this.states.get(file) ?? this.fresh("");
    this.view.setState(state);
    this.view.contentDOM.setAttribute("aria-label", `Manifest ${file}`);
  }

  rename(from: string, to: string): void {
    this.keep();
    const state = this.states.get(from);
    this.states.delete(from);
    if (state) {
      this.states.set(to, state);
    }
    if (this.file === from) {
      this.file = to;
      this.view.contentDOM.setAttribute("aria-label", `Manifest ${to}`);
    }
  }

  remove(file: string): void {
    this.states.delete(file);
    if (this.file === file) {
      this.file = "";
    }
  }

  /** Applies edits of any files, so that they can be undone. The file that is shown tells of its change. */
  apply(edits: Edit[]): void {
    this.keep();
    for (const file of new Set(edits.map((edit) => edit.file))) {
      const state = this.states.get(file);
      if (!state) {
        continue;
      }
      const changes = edits
        .filter((edit) => edit.file === file && edit.start <= edit.end && edit.end <= state.doc.length)
        .map(({ start, end, text }) => ({ from: start, to: end, insert: text }));
      if (file === this.file) {
        this.view.dispatch({ changes, userEvent: "input.fix" });
      } else {
        const changed = state.update({ changes, userEvent: "input.fix" }).state;
        this.states.set(file, changed);
        this.events.changed(file, changed.doc.toString());
      }
    }
  }

  /** Replaces the text of a file that has changed elsewhere; the cursor stays where it is, as far as it can. */
  replace(file: string, text: string): void {
    if (file === this.file) {
      if (this.view.state.doc.toString() !== text) {
        this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
      }
    } else {
      this.states.set(file, this.fresh(text));
    }
  }

  setDiagnostics(diagnostics: Diagnostic[]): void {
    const { state } = this.view;
    this.view.dispatch(setDiagnostics(state, squiggles(diagnostics, this.file, state.doc.length, this.events)));
  }

  /** Marks the lines of the rule that decided, if they are in the file that is shown. */
  setDecided(place: Partial<Place> | undefined): void {
    const { file, start, end } = place ?? {};
    const here = file === this.file && start !== undefined && end !== undefined;
    const value = here ? { from: start, to: this.lastOf(start, end) } : null;
    this.view.dispatch({ effects: decide.of(value) });
  }

  /** Selects a span of the file that is shown, and scrolls there. */
  select(from: number, to: number, focus: boolean): void {
    const { length } = this.view.state.doc;
    this.view.dispatch({
      // The cursor is where the lines begin.
      selection: { anchor: this.lastOf(from, to), head: Math.min(from, length) },
      effects: EditorView.scrollIntoView(Math.min(from, length), { y: "center" }),
    });
    if (focus) {
      this.view.focus();
    }
  }

  /** The end of a span without the white space that it ends with, as blocks of YAML do. */
  private lastOf(from: number, to: number): number {
    const text = this.view.state.doc.sliceString(from, to);
    return Math.min(from, this.view.state.doc.length) + text.trimEnd().length;
  }

  private keep(): void {
    if (this.file) {
      this.states.set(this.file, this.view.state);
    }
  }

  private fresh(text: string): EditorState {
    return EditorState.create({ doc: text, extensions: this.extensions() });
  }

  private extensions(): Extension {
    return [
      lineNumbers(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      history(),
      drawSelection(),
      indentOnInput(),
      bracketMatching(),
      closeBrackets(),
      autocompletion({ override: [completeFrom(this.schema)], icons: false }),
      hoverFrom(this.schema),
      highlightSelectionMatches(),
      search({ top: true }),
      indentUnit.of("  "),
      yaml(),
      EditorView.contentAttributes.of({ tabindex: "0" }),
      decided,
      theme,
      leaveByTab,
      keymap.of([
        ...closeBracketsKeymap,
        ...completionKeymap,
        ...lintKeymap,
        ...searchKeymap,
        ...historyKeymap,
        ...defaultKeymap,
        indentWithTab,
      ]),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) {
          this.events.changed(this.file, update.state.doc.toString());
        }
        if (update.selectionSet || update.docChanged) {
          this.events.moved(this.file, update.state.selection.main.head);
        }
      }),
    ];
  }
}
