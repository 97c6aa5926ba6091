import { describe, expect, test } from "vitest";
import { EXAMPLES } from "../../src/examples/index.ts";
import { type Scene, SceneError, toScene } from "../../src/scene.ts";
import { decode, encode, MAX_JSON, MAX_LINK } from "../../src/share/codec.ts";

const SCENE: Scene = {
  files: [{ name: "ключ 🔑.yaml", text: "kind: HTTPRoute\n# …\n".repeat(100) }],
  request: { method: "GET", url: "http://cart/", headers: [["x-a", "ü"]], client_namespace: "shop" },
  namespace: "shop",
  before: [{ name: "a.yaml", text: "" }],
};

async function pack(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return `1.${Buffer.from(await new Response(stream).arrayBuffer()).toString("base64url")}`;
}

const json = (value: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(value));

describe("a link", () => {
  test("holds a whole scene", async () => {
    expect(await decode(`#${await encode(SCENE)}`)).toEqual(SCENE);
  });

  test.each(EXAMPLES.map(({ id, scene }) => [id, scene] as const))("of the example %s is short", async (_, scene) => {
    const link = await encode(scene);
    expect(link.length).toBeLessThan(1200);
    expect(await decode(link)).toEqual(scene);
  });

  test("is safe in any address", async () => {
    expect(await encode(SCENE)).toMatch(/^1\.[A-Za-z0-9_-]+$/);
  });

  test("holds no more than it may", async () => {
    const text = "x".repeat(MAX_JSON);
    await expect(encode({ ...SCENE, files: [{ name: "a", text }] })).rejects.toThrow(SceneError);
  });
});

describe("a hostile link", () => {
  const refused: [string, () => Promise<string> | string][] = [
    ["of another version", () => "2.AAAA"],
    ["of no version", () => "AAAA"],
    ["with other characters", () => "1.<script>alert(1)</script>"],
    ["that is cut off", async () => (await encode(SCENE)).slice(0, -40)],
    ["of noise", () => "1.________________"],
    ["without anything", () => "1."],
    ["that is too long", () => `1.${"A".repeat(MAX_LINK)}`],
    ["that unpacks to gigabytes", () => pack(new Uint8Array(20 * 1024 * 1024))],
    ["of something that is no JSON", () => pack(new TextEncoder().encode("{files:"))],
    ["of broken UTF-8", () => pack(new Uint8Array([0x22, 0xff, 0x22]))],
    ["of a list", () => pack(json([1, 2]))],
  ];
  test.each(refused)("%s is refused", async (_, link) => {
    await expect(decode(await link())).rejects.toThrow(SceneError);
  });

  test("does not reach an object's prototype", async () => {
    const scene = await decode(
      await pack(new TextEncoder().encode(`{"__proto__": {"x": 1}, ${JSON.stringify(SCENE).slice(1)}`)),
    );
    expect(scene).toEqual(SCENE);
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});

describe("a scene of somebody else", () => {
  const wrong: [string, unknown][] = [
    ["no files", { request: SCENE.request }],
    ["a file without a text", { ...SCENE, files: [{ name: "a" }] }],
    ["a text that is a number", { ...SCENE, files: [{ name: "a", text: 1 }] }],
    ["two files of one name", { ...SCENE, files: [SCENE.files[0], SCENE.files[0]] }],
    ["a name of control characters", { ...SCENE, files: [{ name: "\u202e\n", text: "" }] }],
    ["too many files", { ...SCENE, files: Array.from({ length: 501 }, (_, n) => ({ name: `${n}`, text: "" })) }],
    ["a header that is no pair", { ...SCENE, request: { ...SCENE.request, headers: [["a"]] } }],
    ["a URL that is an object", { ...SCENE, request: { ...SCENE.request, url: {} } }],
    ["a URL without end", { ...SCENE, request: { ...SCENE.request, url: "a".repeat(20_000) } }],
  ];
  test.each(wrong)("with %s is refused", (_, scene) => {
    expect(() => toScene(scene)).toThrow(SceneError);
  });

  test("keeps nothing that no scene has", () => {
    expect(toScene({ ...SCENE, script: "alert(1)", request: { ...SCENE.request, x: 1 } })).toEqual(SCENE);
  });

  test("has names of files that show what they are", () => {
    const [file] = toScene({ ...SCENE, files: [{ name: "a\u202elmay.exe\u0000", text: "" }] }).files;
    expect(file?.name).toBe("almay.exe");
  });
});
