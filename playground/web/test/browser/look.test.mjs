// How the page looks and how it is reached: dark and light, narrow and wide, with the keyboard alone.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { PNG } from "pngjs";
import { browserTests, decided, until } from "./page.mjs";

const { open } = browserTests();
const AXE = fileURLToPath(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url));
const SHOTS = fileURLToPath(new URL("../../../../docs/playground/", import.meta.url));

const LOOKS = [
  { name: "light", example: "split", colorScheme: "light", viewport: { width: 1440, height: 900 } },
  { name: "dark", example: "mistake-reference", colorScheme: "dark", viewport: { width: 1440, height: 900 } },
  { name: "narrow", example: "redirect", colorScheme: "light", viewport: { width: 360, height: 780 } },
];

for (const { name, example, ...options } of LOOKS) {
  test(`${name} looks as it did`, () =>
    open(async (page) => {
      await page.selectOption("#examples", example);
      await page.locator("#candidates li.won").waitFor();
      if (example.startsWith("mistake")) {
        await page.locator("#problems summary").click();
      }
      await page.locator(".node.lit").first().waitFor();
      await page.mouse.move(0, 0);
      await page.evaluate(() => document.activeElement?.blur());
      const shot = await page.screenshot({ animations: "disabled" });
      const path = `${SHOTS}${name}.png`;
      if (process.env.UPDATE) {
        await writeFile(path, shot);
      }
      const difference = coarseDifference(PNG.sync.read(shot), PNG.sync.read(await readFile(path)));
      assert.ok(difference < 0.02, `${path} differs by ${difference}; UPDATE=1 writes it anew`);
    }, options));
}

/**
 * How far two screenshots are apart, from 0 to 1: the mean difference of the average colours of blocks of 24 pixels.
 * Fonts are others on other machines; surfaces, bars, and where they stand are not.
 */
function coarseDifference(a, b) {
  assert.deepEqual([a.width, a.height], [b.width, b.height]);
  const block = 24;
  let sum = 0;
  let count = 0;
  for (let top = 0; top + block <= a.height; top += block) {
    for (let left = 0; left + block <= a.width; left += block) {
      for (let channel = 0; channel < 3; channel++) {
        sum += Math.abs(average(a, left, top, block, channel) - average(b, left, top, block, channel)) / 255;
        count += 1;
      }
    }
  }
  return sum / count;
}

function average({ data, width }, left, top, block, channel) {
  let sum = 0;
  for (let y = top; y < top + block; y++) {
    for (let x = left; x < left + block; x++) {
      sum += data[(y * width + x) * 4 + channel];
    }
  }
  return sum / (block * block);
}

test("axe finds nothing, in dark and light, narrow and wide, with every tool and dialog", async () => {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [360, 1440]) {
      await open(
        async (page) => {
          await page.selectOption("#examples", "mistake-reference");
          await page.locator("#candidates li.won").waitFor();
          await page.locator("#problems summary").click();
          await page.getByText("Add a header").click();
          await nothingFound(page);
          for (const tool of ["Before and after", "Many requests", "From other APIs"]) {
            await page.locator("#tools [role=tab]", { hasText: tool }).click();
            await nothingFound(page);
          }
          for (const button of ["#share", "#export", "#problem-list .code"]) {
            await page.locator(button).click();
            await page.locator("dialog").waitFor();
            await nothingFound(page);
            await page.locator("dialog .close").click();
          }
        },
        { colorScheme, viewport: { width, height: 900 } },
      );
    }
  }
});

/** axe is run by the test's own protocol, which the page's policy has no say in. */
async function nothingFound(page) {
  if (!(await page.evaluate(() => "axe" in window))) {
    await page.evaluate(await readFile(AXE, "utf8"));
  }
  const violations = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target}: ${failureSummary}`),
    );
  });
  assert.deepEqual(violations, []);
}

test("nothing is wider than a narrow screen", () =>
  open(
    async (page) => {
      for (const tool of ["One request", "Before and after", "Many requests", "From other APIs"]) {
        await page.locator("#tools [role=tab]", { hasText: tool }).click();
        await until(async () =>
          assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, tool),
        );
      }
    },
    { viewport: { width: 360, height: 800 } },
  ));

test("the choice of dark or light stays", () =>
  open(
    async (page) => {
      const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const light = await background();
      await page.click("#theme");
      const dark = await until(async () => {
        const now = await background();
        assert.notEqual(now, light);
        return now;
      });
      await page.reload();
      await until(async () => assert.equal(await background(), dark));
      await page.locator("#theme[aria-pressed=true]").waitFor();
    },
    { colorScheme: "light" },
  ));

test("what is below an answer stays where it is while one types", () =>
  open(async (page) => {
    await decided(page, "shop/cart/items");
    const top = () => page.locator("#picture").evaluate((element) => element.getBoundingClientRect().top);
    const before = await top();
    await page.fill("#request-url", "http://cart/other");
    await decided(page, "shop/cart/everything-else");
    await until(async () => {
      const now = await top();
      assert.ok(Math.abs(now - before) <= 2, `${before} → ${now}`);
    });
  }));

test("the keyboard alone is enough", () =>
  open(async (page) => {
    const focus = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.className);
    const tabTo = async (wanted) => {
      for (let press = 0; press < 60; press++) {
        await page.keyboard.press("Tab");
        if (wanted.test(String(await focus()))) {
          return;
        }
      }
      assert.fail(`Tab never reached ${wanted}`);
    };
    await decided(page, "shop/cart/items");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    const focused = (id) => until(async () => assert.equal(await focus(), id));
    await focused("request-url");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("http://cart/basket");
    await decided(page, "shop/cart/everything-else");

    // The picture is one stop; arrows walk in it, and Enter goes to the lines.
    await tabTo(/^\[object|node/);
    const at = (label) =>
      until(async () =>
        assert.match(await page.evaluate(() => String(document.activeElement?.getAttribute("aria-label"))), label),
      );
    await at(/^service cart/);
    await page.keyboard.press("ArrowRight");
    await at(/^route cart/);
    await page.keyboard.press("ArrowRight");
    await at(/^rule everything-else, on the way/);
    await page.keyboard.press("ArrowUp");
    await at(/^rule items/);
    await page.keyboard.press("Enter");
    await focused("editor");
    await page.locator(".cm-activeLine", { hasText: /port: 80, weight: 10|name: items/ }).waitFor();

    // Out of the editor again, though Tab indents in it.
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    await until(async () => assert.notEqual(await focus(), "editor"));

    await page.locator("#files [role=tab]").first().focus();
    await page.keyboard.press("ArrowRight");
    await until(async () =>
      assert.equal(await page.evaluate(() => document.activeElement?.textContent), "services.yaml"),
    );
    await page.keyboard.press("F2");
    await page.locator("#dialog-line").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
  }));
