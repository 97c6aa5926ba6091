// A second version, many requests, VirtualServices.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browserTests, decided, text, type, until } from "./page.mjs";

const { open } = browserTests();
const tool = (page, name) => page.locator("#tools [role=tab]", { hasText: name }).click();

test("a change shows which requests it decides otherwise, each one to click on", () =>
  open(async (page) => {
    await decided(page, "shop/cart/items");
    await tool(page, "Before and after");
    await page.getByText("Keep these as “before”").click();
    await page.getByText("Nothing changes").waitFor();
    await type(page, (await text(page)).replace("weight: 90", "weight: 50").replace("weight: 10", "weight: 50"));
    const change = page.locator(".change");
    await change.waitFor();
    assert.match(await change.innerText(), /shop\/cart-v2/);
    await change.locator("button.request").first().click();
    await decided(page, "shop/cart/items");
    await until(async () => assert.match(await page.inputValue("#request-url"), /\/items/));
    await page.locator(".shares", { hasText: /50 %\s*to shop\/cart-v2:80/ }).waitFor();
  }));

test("lines of a log become requests with their decisions", () =>
  open(async (page) => {
    await decided(page, "shop/cart/items");
    await tool(page, "Many requests");
    await page.fill(
      "#pasted",
      `[2026-11-21T08:00:10.123Z] "GET /items/4 HTTP/1.1" 200 - 0 0 1 - "-" "curl/8.5.0" "5b1e" "cart" "-"
curl 'http://cart/about' -H 'x-a: 1'
this is no request`,
    );
    const rows = page.locator(".requests button");
    await rows.nth(1).waitFor();
    assert.match(await rows.nth(0).innerText(), /GET http:\/\/cart\/items\/4\s+Rule shop\/cart\/items takes it/);
    assert.match(await rows.nth(1).innerText(), /Rule shop\/cart\/everything-else takes it/);
    assert.match(await page.locator(".refused").innerText(), /Line 3/);
    await rows.nth(1).click();
    await decided(page, "shop/cart/everything-else");
    await until(async () => assert.equal(await page.getByLabel("Header value").inputValue(), "1"));
  }));

test("a HAR file becomes requests, too", () =>
  open(async (page) => {
    await decided(page, "shop/cart/items");
    await tool(page, "Many requests");
    const request = {
      method: "GET",
      url: "http://cart/items/9",
      httpVersion: "HTTP/1.1",
      headers: [],
      queryString: [],
    };
    await page.fill("#pasted", JSON.stringify({ log: { version: "1.2", entries: [{ request }] } }));
    await page.locator(".requests button", { hasText: "Rule shop/cart/items takes it" }).waitFor();
  }));

test("a VirtualService becomes routes that are used", () =>
  open(async (page) => {
    await decided(page, "shop/cart/items");
    await tool(page, "From other APIs");
    await page.fill(
      "#to-convert",
      `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: stock, namespace: shop}
spec:
  hosts: [stock]
  http:
    - match: [{uri: {prefix: /new/}}]
      route: [{destination: {host: stock-v2, port: {number: 80}}}]
    - route: [{destination: {host: stock, port: {number: 80}}}]
---
apiVersion: v1
kind: Service
metadata: {name: stock, namespace: shop}
spec: {ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: stock-v2, namespace: shop}
spec: {ports: [{name: http, port: 80}]}
`,
    );
    await page.getByText("Report:").waitFor();
    await page.getByText("Use these manifests").click();
    await page.locator(".cm-line", { hasText: "HTTPRoute" }).first().waitFor();
    await page.fill("#request-url", "http://stock/new/1");
    await page.locator(".shares, .status", { hasText: "shop/stock-v2:80" }).waitFor();
  }));

test("a TrafficSplit becomes a route, beside the Services that it is about", () =>
  open(async (page) => {
    await decided(page, "shop/cart/items");
    await tool(page, "From other APIs");
    const service = (name) =>
      `---\napiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: shop}\nspec: {ports: [{name: http, port: 80}]}\n`;
    await page.fill(
      "#to-convert",
      `apiVersion: split.smi-spec.io/v1alpha2
kind: TrafficSplit
metadata: {name: stock, namespace: shop}
spec: {service: stock, backends: [{service: stock-v1, weight: 75}, {service: stock-v2, weight: 25}]}
${["stock", "stock-v1", "stock-v2"].map(service).join("")}`,
    );
    await page.getByText("Report:").waitFor();
    await page.getByText("Use these manifests").click();
    await page.locator("#problem-counts", { hasText: /^No problems$/ }).waitFor();
    await page.fill("#request-url", "http://stock/");
    await page.locator(".shares", { hasText: /25 %\s*to shop\/stock-v2:80/ }).waitFor();
  }));
