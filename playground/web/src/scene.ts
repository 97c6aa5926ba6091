/**
 * A scene is all that the page shows: manifests, the request that is asked about, and what the manifests were
 * before. Links, examples and `gammactl playground` bring scenes, so whatever one holds was written by somebody else:
 * it is checked before it is used.
 */
import type { Header, Request, SourceFile } from "./types.ts";

export interface Scene {
  files: SourceFile[];
  request: Request;
  /** Namespace of objects that name none. */
  namespace: string;
  /** The version that the files are compared with. */
  before?: SourceFile[];
}

export const LIMITS = {
  files: 500,
  /** UTF-16 code units of one file's name. */
  name: 200,
  /** UTF-16 code units of all texts. */
  text: 8 * 1024 * 1024,
  headers: 200,
  /** UTF-16 code units of a URL, or of a header. */
  line: 16 * 1024,
} as const;

export class SceneError extends Error {}

export const EMPTY_REQUEST: Request = { method: "GET", url: "http://", headers: [], client_namespace: "default" };

/** The scene that a value out of JSON describes; throws a `SceneError` that says what is wrong with it. */
export function toScene(value: unknown): Scene {
  const object = record(value, "the scene");
  const scene: Scene = {
    files: toFiles(object["files"], "files"),
    request: toRequest(object["request"]),
    namespace: string(object["namespace"] ?? "default", "namespace", LIMITS.name),
  };
  if (object["before"] !== undefined) {
    scene.before = toFiles(object["before"], "before");
  }
  return scene;
}

export function toFiles(value: unknown, what: string): SourceFile[] {
  const items = array(value, what, LIMITS.files);
  let budget: number = LIMITS.text;
  const names = new Set<string>();
  return items.map((item) => {
    const file = record(item, `a file of ${what}`);
    const name = fileName(string(file["name"], "a file's name", LIMITS.name));
    const text = string(file["text"], `the text of ${name}`, budget);
    budget -= text.length;
    if (names.has(name)) {
      throw new SceneError(`two files are called ${name}`);
    }
    names.add(name);
    return { name, text };
  });
}

function toRequest(value: unknown): Request {
  const object = record(value, "request");
  const request: Request = {
    method: string(object["method"], "method", 64),
    url: string(object["url"], "url", LIMITS.line),
    headers: array(object["headers"] ?? [], "headers", LIMITS.headers).map((header): Header => {
      const pair = array(header, "a header", 2);
      return [string(pair[0], "a header's name", LIMITS.line), string(pair[1], "a header's value", LIMITS.line)];
    }),
  };
  if (object["client_namespace"] !== undefined) {
    request.client_namespace = string(object["client_namespace"], "client_namespace", LIMITS.name);
  }
  if (object["destination"] !== undefined) {
    request.destination = string(object["destination"], "destination", LIMITS.name);
  }
  return request;
}

/** A name without what no name of a file has: control characters, which would also hide in a tab. */
export function fileName(name: string): string {
  const visible = name.replace(/[\u0000-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "").trim();
  if (!visible) {
    throw new SceneError("a file has no name");
  }
  return visible.slice(0, LIMITS.name);
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SceneError(`${what} is no object`);
  }
  return value as Record<string, unknown>;
}

function array(value: unknown, what: string, most: number): unknown[] {
  if (!Array.isArray(value)) {
    throw new SceneError(`${what} is no list`);
  }
  if (value.length > most) {
    throw new SceneError(`${what} has ${value.length} items, and may have ${most}`);
  }
  return value;
}

function string(value: unknown, what: string, most: number): string {
  if (typeof value !== "string") {
    throw new SceneError(`${what} is no text`);
  }
  if (value.length > most) {
    throw new SceneError(`${what} is longer than ${most} characters`);
  }
  return value;
}
