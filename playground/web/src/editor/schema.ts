/** Completion and hover texts for manifests, from what the engine knows of the kinds' fields. */
import {
  type Completion,
  type CompletionContext,
  type CompletionResult,
  type CompletionSource,
} from "@codemirror/autocomplete";
import { hoverTooltip } from "@codemirror/view";
import { h } from "../dom.ts";
import type { Field, Schema } from "../types.ts";
import { pathAt } from "./yaml-path.ts";

const COMMON: Record<string, Field> = {
  apiVersion: { type: "string", doc: "Group and version of the kind." },
  kind: { type: "string", doc: "What this object is." },
};

/** The field that a path leads to. */
function fieldAt(schema: Schema, kind: string | undefined, keys: string[]): Partial<Field> | undefined {
  let field: Partial<Field> | undefined = kind === undefined ? undefined : schema.kinds[kind];
  for (const key of keys) {
    field = field?.fields?.[key];
  }
  return field;
}

/** Completes keys and values. `schema` is what is known when it is asked: the engine may still be loading. */
export function completeFrom(schema: () => Schema | undefined): CompletionSource {
  return (context: CompletionContext): CompletionResult | null => {
    const known = schema();
    const word = context.matchBefore(/[\w./$-]*/);
    if (!known || !word || (word.from === word.to && !context.explicit)) {
      return null;
    }
    const { keys, kind, writes, siblings } = pathAt(context.state.doc.toString(), word.from);
    const options = writes === "value" ? values(known, kind, keys) : names(known, kind, keys, siblings);
    return options.length > 0 ? { from: word.from, options, validFor: /^[\w./$-]*$/ } : null;
  };
}

function values(schema: Schema, kind: string | undefined, keys: string[]): Completion[] {
  if (keys.length === 1 && keys[0] === "kind") {
    return Object.entries(schema.kinds).map(([label, { doc }]) => completion(label, "class", { type: "", doc }));
  }
  if (keys.length === 1 && keys[0] === "apiVersion") {
    const versions = kind === undefined ? Object.values(schema.kinds) : [schema.kinds[kind]];
    return [...new Set(versions.flatMap((known) => known?.apiVersion ?? []))].map((label) => ({ label, type: "enum" }));
  }
  const field = fieldAt(schema, kind, keys);
  const allowed = field?.enum ?? (field?.type === "boolean" ? ["true", "false"] : []);
  return allowed.map((label) => ({ label, type: "enum" }));
}

function names(schema: Schema, kind: string | undefined, keys: string[], siblings: Set<string>): Completion[] {
  const fields = fieldAt(schema, kind, keys)?.fields ?? (keys.length === 0 ? COMMON : {});
  return Object.entries(fields)
    .filter(([name]) => !siblings.has(name))
    .map(([name, field]) => ({ ...completion(name, "property", field), apply: `${name}: ` }));
}

function completion(label: string, type: string, field: { type: string; doc?: string | undefined }): Completion {
  return { label, type, detail: field.type, ...(field.doc === undefined ? {} : { info: field.doc }) };
}

/** Says what the key under the pointer means. */
export function hoverFrom(schema: () => Schema | undefined) {
  return hoverTooltip((view, position) => {
    const known = schema();
    const line = view.state.doc.lineAt(position);
    const word = [...line.text.matchAll(/[A-Za-z_][\w-]*(?=\s*:)/g)].find(
      ({ index, 0: text }) => line.from + index <= position && position <= line.from + index + text.length,
    );
    if (!known || !word) {
      return null;
    }
    const from = line.from + word.index;
    const { keys, kind } = pathAt(view.state.doc.toString(), from);
    const field = fieldAt(known, kind, [...keys, word[0]]) ?? (keys.length === 0 ? COMMON[word[0]] : undefined);
    if (!field) {
      return null;
    }
    return {
      pos: from,
      end: from + word[0].length,
      above: true,
      create: () => ({
        dom: h(
          "div",
          { class: "cm-field" },
          h("strong", {}, word[0]),
          ` ${field.type ?? ""}`,
          field.doc && h("p", {}, field.doc),
          field.enum && h("p", {}, `One of ${field.enum.join(", ")}.`),
        ),
      }),
    };
  });
}
