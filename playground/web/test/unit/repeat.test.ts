import { expect, test } from "vitest";
import type { Scene } from "../../src/scene.ts";
import { archive, explainCommand, quoted } from "../../src/share/repeat.ts";
import { tar } from "../../src/share/tar.ts";

const scene = (...names: string[]): Scene => ({
  files: names.map((name) => ({ name, text: "kind: Service\n" })),
  request: {
    method: "POST",
    url: "http://cart/it's",
    headers: [
      ["x-a", "$(id)"],
      ["x-b", ""],
    ],
    client_namespace: "web",
  },
  namespace: "shop",
});

test("the command is safe to paste, whatever the request says", () => {
  expect(explainCommand(scene())).toBe(
    "gammactl explain -f playground/routes -n shop --from web 'POST http://cart/it'\\''s' -H 'x-a: $(id)' -H 'x-b;'",
  );
});

test.each([
  ["cart", "cart"],
  ["", "''"],
  ["a b", "'a b'"],
  ["`id`", "'`id`'"],
  ["a\nb", "'a\nb'"],
])("%j is %j for a shell", (text, word) => {
  expect(quoted(text)).toBe(word);
});

test("files stay in the folder that they are unpacked in", () => {
  const paths = archive(scene("../../etc/passwd", "/a/b.yaml", ".hidden.yml", "b.yaml", "a-b.yaml", "ü"), undefined);
  expect(paths.map(({ path }) => path)).toEqual([
    "playground/routes/etc-passwd.yaml",
    "playground/routes/a-b.yaml",
    "playground/routes/hidden.yml",
    "playground/routes/b.yaml",
    "playground/routes/a-b-2.yaml",
    "playground/routes/manifest.yaml",
  ]);
});

test("an archive is made of blocks, with a checksum for each header", async () => {
  const bytes = new Uint8Array(await tar([{ path: "a.yaml", text: "x".repeat(600) }]).arrayBuffer());
  expect(bytes.length).toBe(512 + 1024 + 1024);
  const header = bytes.slice(0, 512);
  const said = Number.parseInt(new TextDecoder().decode(header.slice(148, 154)), 8);
  header.fill(0x20, 148, 156);
  expect(header.reduce((sum, byte) => sum + byte, 0)).toBe(said);
  expect(() => tar([{ path: "a".repeat(101), text: "" }])).toThrow(RangeError);
});
