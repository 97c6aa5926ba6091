// What somebody does who has never seen Gamma: breaks the example, understands the squiggle, fixes it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browserTests, decided, text, type, until } from "./page.mjs";

const { open } = browserTests();

test("the page begins with an example and its answer", () =>
  open(async (page) => {
    await decided(page, "shop/cart/items");
    const shares = await page.locator(".shares li").allInnerTexts();
    assert.deepEqual(
      shares.map((share) => share.replace(/\s+/g, " ").trim()),
      ["90 % to shop/cart-v1:80", "10 % to shop/cart-v2:80"],
    );
    assert.match(
      await page.locator("#announce").innerText(),
      /Rule shop\/cart\/items takes it: 90 % to shop\/cart-v1:80/,
    );
  }));

test("a mistake gets a squiggle with its way out, and a fix that moves the request back", () =>
  open(async (page) => {
    await decided(page, "shop/cart/items");
    const before = await text(page);
    await type(page, before.replace("cart-v2", "crat-v2"));
    const squiggle = page.locator(".cm-lintRange-warning", { hasText: "crat-v2" });
    await squiggle.hover();
    const said = page.locator(".cm-tooltip .cm-diagnostic");
    await said.waitFor();
    assert.match(await said.innerText(), /G203.*crat-v2.*not in the input/s);
    assert.match(await said.innerText(), /did you mean cart-v2/i);
    await page.locator(".shares", { hasText: "500" }).waitFor();
    await said.locator(".cm-diagnosticAction").click();
    await page.locator("#problem-counts", { hasText: "No problems" }).waitFor();
    await page.locator(".shares", { hasText: /10 %\s*to shop\/cart-v2:80/ }).waitFor();
    assert.equal(await text(page), before);
  }));

test("a code opens its page", () =>
  open(async (page) => {
    await page.selectOption("#examples", "mistake-reference");
    await page.locator("#problem-counts", { hasText: "1 warning" }).waitFor();
    await page.locator("#problems summary").click();
    await page.locator("#problem-list .code").click();
    const panel = page.locator("dialog.side");
    await panel.waitFor();
    assert.match(await panel.innerText(), /G203: backendRef names a Service that is not there/);
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
    await until(async () => assert.equal(await page.evaluate(() => document.activeElement?.className), "code"));
  }));

test("each example decides, and each mistake is found", () =>
  open(async (page) => {
    const ids = await page
      .locator("#examples option:not([value=''])")
      .evaluateAll((all) => all.map(({ value }) => value));
    assert.equal(ids.length, 8);
    for (const id of ids) {
      await page.selectOption("#examples", id);
      await page.locator("#candidates li.won").waitFor();
      await page
        .locator("#problem-counts", { hasText: id.startsWith("mistake") ? /warning|error/ : /^No problems$/ })
        .waitFor();
    }
  }));

test("candidates and lines lead to each other", () =>
  open(async (page) => {
    await page.selectOption("#examples", "redirect");
    await decided(page, "shop/cart/moved");
    const payments = page.locator("#candidates li", { hasText: "payments" });
    assert.match(await payments.innerText(), /method is GET/);
    await payments.locator("button").click();
    await page.locator("#candidates li.here", { hasText: "payments" }).waitFor();
    await page.locator(".cm-activeLine", { hasText: /path: .*\/checkout|method: POST|- path/ }).waitFor();
    // From the lines of another rule to its candidate.
    await page
      .locator(".cm-line", { hasText: /value: \/checkout/ })
      .last()
      .click();
    await page.locator("#candidates li.here", { hasText: "moved" }).waitFor();
    await until(async () => assert.equal(await page.locator("#candidates li.here").count(), 1));
  }));

test("the form and the curl line are one request", () =>
  open(async (page) => {
    await page.selectOption("#examples", "canary");
    await decided(page, "shop/cart/testers");
    assert.match(await page.inputValue("#curl"), /x-version: v2/);
    await page.getByLabel("Header value").fill("v1");
    await decided(page, "shop/cart/everybody-else");
    await page.waitForFunction(() => document.querySelector("#curl").value.includes("x-version: v1"));

    await page.fill("#curl", "curl -X POST http://cart/checkout -H 'x-version: v2' -H 'x-a: b'");
    await decided(page, "shop/cart/testers");
    await until(async () => {
      assert.equal(await page.inputValue("#request-method"), "POST");
      assert.equal(await page.inputValue("#request-url"), "http://cart/checkout");
      assert.equal(await page.getByLabel("Header name").count(), 2);
    });

    await page.fill("#curl", "wget http://cart/");
    await page.locator("#curl-problem:not(:empty)").waitFor();
    assert.equal(await page.inputValue("#request-url"), "http://cart/checkout");
  }));

test("the answer says what a backend receives and what a client gets", () =>
  open(async (page) => {
    await page.selectOption("#examples", "mirror");
    await decided(page, "shop/cart/orders");
    const received = page.locator(".end", { hasText: "The backend receives" });
    await received.filter({ hasText: /x-trial orders\s*added/ }).waitFor();
    await page.locator(".mirrors", { hasText: "shop/cart-v2:80" }).waitFor();
    await page.selectOption("#examples", "redirect");
    await page.locator(".end", { hasText: "https://checkout.example.com/old?step=2" }).waitFor();
  }));

test("keys are completed, and explained", () =>
  open(async (page) => {
    await decided(page, "shop/cart/items");
    await page.locator(".cm-line", { hasText: "name: items" }).click();
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await page.keyboard.type("ti");
    await page.locator(".cm-tooltip-autocomplete li", { hasText: "timeouts" }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".cm-line span", { hasText: /^parentRefs$/ }).hover();
    await page.locator(".cm-field").waitFor();
  }));
