/**
 * Where in a manifest a place is: `spec.rules[].matches` as the keys on the way, read from the text.
 *
 * A parser has no tree for a line that is being typed, which is where completion is asked for. Indentation and
 * brackets are there at all times.
 */

export interface YamlPath {
  /** Keys from the document's root; items of lists add none. */
  keys: string[];
  /** The kind of the document's object, if it says so. */
  kind: string | undefined;
  /** Whether a key is written here, or a value of the last of `keys`. */
  writes: "key" | "value";
  /** Keys that the mapping has already, in block style. */
  siblings: Set<string>;
}

const KEY = /^((?:- +)*)("?)([A-Za-z_$][\w./$-]*)\2\s*:(?:\s|$)/;

/** The path of the place at `offset`, whose word is not part of it. */
export function pathAt(text: string, offset: number): YamlPath {
  const before = text.slice(0, offset);
  const start = Math.max(0, before.lastIndexOf("\n---") + 1);
  const tail = text.slice(offset);
  const next = tail.search(/\n---/);
  const document = text.slice(start, next < 0 ? undefined : offset + next);
  const lines = text.slice(start, offset).split("\n");
  const line = lines.pop() ?? "";
  const indent = keyColumn(line);

  const flow = flowAt(line);
  // A key at the cursor's own place belongs to the line only where it is complete: `name: va|`.
  const own = KEY.exec(line.trimStart());
  const keys: string[] = [];
  let writes: YamlPath["writes"] = "key";
  if (flow) {
    keys.push(...flow.keys);
    writes = flow.writes;
  }
  if (own?.[3]) {
    keys.unshift(own[3]);
    if (!flow) {
      writes = "value";
    }
  }
  const parents = ancestors(lines, indent, /^\s*- /.test(line));
  return {
    keys: [...parents, ...keys],
    kind: /^kind:\s*"?([A-Za-z]+)/m.exec(document)?.[1],
    writes,
    siblings: siblingsOf(document, lines.length, indent),
  };
}

/** The column where a line's first key stands, or would: after its indentation and dashes. */
function keyColumn(line: string): number {
  return /^(?:\s*(?:- +)*)/.exec(line)?.[0].length ?? 0;
}

/** Keys above, each further left than the one below it. A list may stand as far left as its key. */
function ancestors(lines: string[], indent: number, item: boolean): string[] {
  const keys: string[] = [];
  let limit = indent;
  let dashed = item;
  for (let at = lines.length - 1; at >= 0 && limit > 0; at--) {
    const line = lines[at] ?? "";
    if (!line.trim() || line.trimStart().startsWith("#")) {
      continue;
    }
    const column = keyColumn(line);
    const margin = line.search(/\S/);
    const key = KEY.exec(line.trimStart())?.[3];
    const opens = key !== undefined && /:\s*(?:#.*)?$/.test(line);
    if (column < limit && opens) {
      keys.unshift(key);
      limit = column;
      dashed = line.trimStart().startsWith("- ");
    } else if (column === limit && margin < column) {
      // The first key of the item that this mapping is.
      dashed = true;
    }
    if (dashed && margin < limit) {
      // From here on, keys of the list's own column count: `rules:` and `- name:` below it.
      limit = margin < column ? margin + 1 : limit;
      dashed = false;
    }
  }
  return keys;
}

/** Keys within `{` and `[` that are open at the end of a line. */
function flowAt(line: string): { keys: string[]; writes: YamlPath["writes"] } | undefined {
  const stack: { key: string | undefined; brace: boolean }[] = [];
  let word = "";
  let key: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? "";
    if (char === '"' || char === "'") {
      const close = line.indexOf(char, at + 1);
      if (close < 0) {
        break;
      }
      word = line.slice(at + 1, close);
      at = close;
    } else if (char === "{" || char === "[") {
      stack.push({ key, brace: char === "{" });
      key = undefined;
      word = "";
    } else if (char === "}" || char === "]") {
      stack.pop();
      key = undefined;
      word = "";
    } else if (char === "," && stack.length > 0) {
      key = undefined;
      word = "";
    } else if (char === ":" && /[\s]/.test(line[at + 1] ?? " ")) {
      key = word.trim();
      word = "";
    } else {
      word += char;
    }
  }
  if (stack.length === 0) {
    return undefined;
  }
  // The outermost key is the line's own, which the caller has.
  const keys = stack.slice(1).flatMap((open) => (open.key === undefined ? [] : [open.key]));
  if (key !== undefined) {
    keys.push(key);
  }
  return { keys, writes: key === undefined && stack.at(-1)?.brace ? "key" : "value" };
}

/** Keys of the mapping around a line, in block style. */
function siblingsOf(document: string, at: number, indent: number): Set<string> {
  const lines = document.split("\n");
  const keys = new Set<string>();
  const walk = (from: number, step: 1 | -1): void => {
    for (let index = from; index >= 0 && index < lines.length; index += step) {
      const line = lines[index] ?? "";
      if (!line.trim() || line.trimStart().startsWith("#")) {
        continue;
      }
      const column = keyColumn(line);
      if (column < indent || (step === 1 && line.search(/\S/) < indent)) {
        return;
      }
      const key = column === indent ? KEY.exec(line.trimStart())?.[3] : undefined;
      if (key) {
        keys.add(key);
      }
      if (step === -1 && line.search(/\S/) < indent) {
        return;
      }
    }
  };
  if (!/^\s*- /.test(lines[at] ?? "")) {
    walk(at - 1, -1);
  }
  walk(at + 1, 1);
  return keys;
}
