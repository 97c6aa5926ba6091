/**
 * A scene as the fragment of a link, which browsers send to no server: `#1.` and base64url of deflated JSON.
 *
 * Links come from anybody. What one holds is bounded before it is unpacked (`MAX_LINK`), while it is unpacked
 * (`MAX_JSON`: a few kilobytes of deflate can hold gigabytes) and after (`toScene`).
 */
import { type Scene, SceneError, toScene } from "../scene.ts";

const VERSION = "1.";
/** Characters of a fragment: browsers carry two million. */
export const MAX_LINK = 2_000_000;
/** Bytes of JSON. */
export const MAX_JSON = 8 * 1024 * 1024;

/** The fragment for a scene, without its `#`. Throws a `SceneError` for one that no link can hold. */
export async function encode(scene: Scene): Promise<string> {
  const json = new TextEncoder().encode(JSON.stringify(scene));
  if (json.length > MAX_JSON) {
    throw new SceneError("These manifests are too large for a link: download them instead.");
  }
  const packed = await collect(stream(json).pipeThrough(new CompressionStream("deflate-raw")), MAX_LINK);
  return VERSION + toBase64Url(packed);
}

/** The scene in a fragment (with or without its `#`). Throws a `SceneError` for anything else. */
export async function decode(fragment: string): Promise<Scene> {
  const text = fragment.replace(/^#/, "");
  if (text.length > MAX_LINK) {
    throw new SceneError("This link is too long.");
  }
  if (!text.startsWith(VERSION)) {
    throw new SceneError("This link is not one of the playground, or of a newer one.");
  }
  const packed = fromBase64Url(text.slice(VERSION.length));
  let json: Uint8Array;
  try {
    json = await collect(stream(packed).pipeThrough(new DecompressionStream("deflate-raw")), MAX_JSON);
  } catch (error) {
    throw error instanceof SceneError ? error : new SceneError("This link is damaged: a part of it is missing.");
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
  } catch {
    throw new SceneError("This link is damaged: it does not hold what it should.");
  }
  return toScene(value);
}

function stream(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new Blob([bytes]).stream();
}

/** All bytes of a stream; the stream is cancelled where there are more than `most`. */
async function collect(
  source: ReadableStream<Uint8Array<ArrayBuffer>>,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = source.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return new Uint8Array(await new Blob(chunks).arrayBuffer());
    }
    length += value.length;
    if (length > most) {
      await reader.cancel().catch(() => undefined);
      throw new SceneError("This link holds more than the playground takes.");
    }
    chunks.push(value);
  }
}

function toBase64Url(bytes: Uint8Array): string {
  let binary = "";
  // `fromCharCode` takes its bytes as arguments, of which there may be some ten thousand.
  for (let at = 0; at < bytes.length; at += 0x2000) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x2000));
  }
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) {
    throw new SceneError("This link is damaged: it has characters that it can't have.");
  }
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  } catch {
    throw new SceneError("This link is damaged: a part of it is missing.");
  }
}
