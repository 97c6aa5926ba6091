// A Chromium with the page in it. Whatever a test does, the page may neither complain in the console nor do what
// its Content-Security-Policy forbids.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before } from "node:test";
import { setTimeout } from "node:timers/promises";
import { chromium } from "playwright-core";
import { serve } from "./server.mjs";

const CHROMIUM =
  process.env.CHROMIUM ??
  execFileSync("sh", ["-c", "command -v chromium || command -v chromium-browser || command -v google-chrome"])
    .toString()
    .trim();

/** How many times slower than promised a busy machine may be. */
export const SLACK = Number(process.env.SLACK ?? 1);
/** Milliseconds. */
const PATIENCE = 10_000 * SLACK;

/** Starts a browser and a server for the tests of a file; `open` gives each a page of its own. */
export function browserTests() {
  const state = {};
  before(async () => {
    state.server = await serve();
    // Root, as in containers, can't have Chromium's own sandbox.
    const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    state.browser = await chromium.launch({ executablePath: CHROMIUM, args });
  });
  after(async () => {
    await state.browser?.close();
    state.server?.close();
  });
  return {
    get url() {
      return state.server.url;
    },
    get browser() {
      return state.browser;
    },
    /** Runs `test` with a page at `address`, and ends it with the question whether anything was complained about. */
    async open(test, { url = state.server.url, hash = "", ...options } = {}) {
      const context = await state.browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
      await context.addInitScript(() => {
        window.violations = [];
        document.addEventListener("securitypolicyviolation", (event) => {
          window.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
        });
      });
      context.setDefaultTimeout(PATIENCE);
      const page = await context.newPage();
      const complaints = [];
      page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("dialog", (dialog) => {
        complaints.push(`a dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on("request", (request) => {
        const { origin, protocol } = new URL(request.url());
        if (origin !== new URL(url).origin && protocol !== "data:" && protocol !== "blob:") {
          complaints.push(`a request to ${request.url()}`);
        }
      });
      await page.goto(url + hash);
      await test(page);
      complaints.push(...(await page.evaluate(() => window.violations)));
      assert.deepEqual(complaints, []);
      await context.close();
    },
  };
}

/**
 * Waits until `check` no longer throws: what follows a key or a click comes when the page has dealt with it, and
 * assertions don't wait for it, as locators do.
 */
export async function until(check) {
  const end = performance.now() + PATIENCE;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof assert.AssertionError) || performance.now() > end) {
        throw error;
      }
    }
    await setTimeout(20);
  }
}

/** Waits until the answer's headline is `rule`. */
export async function decided(page, rule) {
  await page.locator(".rule-name", { hasText: new RegExp(`^${rule}$`) }).waitFor();
}

/** Replaces what the editor has. */
export async function type(page, text) {
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+a");
  await page.evaluate((clip) => {
    const data = new DataTransfer();
    data.setData("text/plain", clip);
    const content = document.querySelector("#editor").shadowRoot.querySelector(".cm-content");
    content.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, text);
}

/** The text in the editor, as far as it is drawn. */
export async function text(page) {
  return (await page.locator(".cm-line").allTextContents()).join("\n");
}

/** `count` rules, in routes of sixteen, which is the most that one may have; and their Services. */
export function manyRules(count) {
  const rule = (n) => `    - name: rule-${n}
      matches: [{path: {type: PathPrefix, value: /items/${n}}}]
      backendRefs: [{name: cart-v${(n % 9) + 1}, port: 80}]
`;
  const routes = Array.from({ length: Math.ceil(count / 16) }, (_, route) => {
    const rules = Array.from({ length: Math.min(16, count - route * 16) }, (_, n) => rule(route * 16 + n));
    return `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart-${route}, namespace: shop}
spec:
  parentRefs: [{group: "", kind: Service, name: cart, port: 80}]
  rules:
${rules.join("")}`;
  });
  const service = (name) =>
    `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: shop}\nspec: {ports: [{name: http, port: 80}]}\n`;
  const names = ["cart", ...Array.from({ length: 9 }, (_, n) => `cart-v${n + 1}`)];
  return {
    files: [
      { name: "routes.yaml", text: routes.join("---\n") },
      { name: "services.yaml", text: names.map(service).join("---\n") },
    ],
    request: { method: "GET", url: `http://cart/items/${count - 1}`, headers: [], client_namespace: "shop" },
    namespace: "shop",
  };
}

/** A scene as the fragment of a link. */
export async function link(scene) {
  const json = new TextEncoder().encode(typeof scene === "string" ? scene : JSON.stringify(scene));
  const packed = new Blob([json]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return `#1.${Buffer.from(await new Response(packed).arrayBuffer()).toString("base64url")}`;
}
