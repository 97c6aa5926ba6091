// Files, links, archives, and what gammactl serves.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { browserTests, decided, link, manyRules, type, until } from "./page.mjs";
import { serve } from "./server.mjs";

const { open } = browserTests();

test("files are added, renamed, removed and dropped", () =>
  open(async (page) => {
    const named = (...names) =>
      until(async () => assert.deepEqual(await page.locator("#files [role=tab]").allInnerTexts(), names));
    await decided(page, "shop/cart/items");
    await page.click("#file-add");
    await page.fill("#dialog-line", "routes.yaml");
    await page.keyboard.press("Enter");
    await page.locator("dialog .complaint", { hasText: /another file/i }).waitFor();
    await page.fill("#dialog-line", "more.yaml");
    await page.keyboard.press("Enter");
    await named("routes.yaml", "services.yaml", "more.yaml");

    await page.click("#file-rename");
    await page.fill("#dialog-line", "other.yaml");
    await page.keyboard.press("Enter");
    await named("routes.yaml", "services.yaml", "other.yaml");
    await page.click("#file-remove");
    await named("routes.yaml", "services.yaml");

    // Without its Services a route is for nothing.
    await page.locator("#files [role=tab]", { hasText: "services" }).click();
    await page.click("#file-remove");
    await decided(page, "No rule");
    const services = await readFile(new URL("../../src/examples/services.yaml", import.meta.url), "utf8");
    await page.evaluate((content) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([content], "dropped.yaml"));
      document
        .querySelector("#editor")
        .dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    }, services);
    await decided(page, "shop/cart/items");
    await named("routes.yaml", "dropped.yaml");
  }));

test("a link opens what it was made of, and nothing is sent", () =>
  open(async (page) => {
    await decided(page, "shop/cart/items");
    await page.fill("#request-url", "http://cart/elsewhere");
    await decided(page, "shop/cart/everything-else");
    await page.click("#share");
    const address = await until(async () => {
      const made = await page.inputValue("#copy-link");
      assert.match(made, /#1\.[\w-]+$/);
      return made;
    });
    const other = await page.context().newPage();
    await other.goto(address);
    await decided(other, "shop/cart/everything-else");
    assert.equal(await other.inputValue("#request-url"), "http://cart/elsewhere");
    // An edit makes it another scene than the address says.
    await type(other, "kind: Service");
    await other.waitForFunction(() => location.hash === "");
  }));

test("the archive is what gammactl needs", (t) =>
  open(async (page) => {
    await decided(page, "shop/cart/items");
    await page.click("#export");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByText("Download playground.tar").click(),
    ]);
    const path = await download.path();
    const listed = execFileSync("tar", ["tf", path]).toString().trim().split("\n");
    assert.deepEqual(listed, [
      "playground/routes/routes.yaml",
      "playground/routes/services.yaml",
      "playground/playground.cases.yaml",
    ]);
    const command = await page.locator("dialog textarea").first().inputValue();
    assert.match(command, /gammactl explain -f playground\/routes -n shop --from shop 'GET http:\/\/cart\/items\/17'/);

    const gammactl = process.env.GAMMACTL;
    if (!gammactl) {
      t.skip("$GAMMACTL names no gammactl to run it with");
      return;
    }
    const folder = execFileSync("mktemp", ["-d"]).toString().trim();
    execFileSync("tar", ["xf", path, "-C", folder]);
    const passed = execFileSync(gammactl, ["test", "playground/playground.cases.yaml"], { cwd: folder }).toString();
    assert.match(passed, /1 passed; 0 failed/);
    const explained = execFileSync("sh", ["-c", command.split("\n")[1].replace("gammactl", gammactl)], { cwd: folder });
    assert.match(explained.toString(), /90 % {2}to shop\/cart-v1\/80/);
    execFileSync("rm", ["-r", folder]);
  }));

test("the page follows the files that gammactl serves", async () => {
  const { files } = manyRules(3);
  const server = await serve({ files, namespace: "shop" });
  try {
    await open(
      async (page) => {
        await page.locator("#served", { hasText: "In step" }).waitFor();
        await page
          .locator("#candidates li")
          .first()
          .waitFor({ state: "attached" })
          .catch(() => undefined);
        await page.fill("#request-url", "http://cart/items/1");
        await decided(page, "shop/cart-0/rule-1");
        const [routes, services] = files;
        server.change([{ ...routes, text: routes.text.replace("name: rule-1", "name: renamed") }, services]);
        await decided(page, "shop/cart-0/renamed");
      },
      { url: server.url },
    );
  } finally {
    server.close();
  }
});

test("nothing is asked for where gammactl does not serve", () =>
  open(async (page) => {
    const asked = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.reload();
    await decided(page, "shop/cart/items");
    assert.deepEqual(
      asked.filter((path) => /files\.json|events/.test(path)),
      [],
    );
    assert.ok(asked.length < 9, asked.join(" "));
  }));

test("links of somebody else do nothing but say so", async () => {
  const marked = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>';
  const scene = manyRules(2);
  const named = { ...scene, files: [{ name: marked, text: `# ${marked}\n` }, ...scene.files] };
  named.request = { ...scene.request, headers: [["x-a", marked]] };
  await open(
    async (page) => {
      await page.locator("#files [role=tab]", { hasText: "<img" }).waitFor();
      await decided(page, "shop/cart-0/rule-1");
      assert.equal(await page.evaluate(() => window.hit), undefined);
      assert.equal(await page.locator("main img, main script").count(), 0);
    },
    { hash: await link(named) },
  );
  const bomb = await link(`"${"0".repeat(64 * 1024 * 1024)}"`);
  const deep = await link({ ...scene, files: [{ name: "deep.yaml", text: `a: ${"[".repeat(200_000)}` }] });
  const refused = { bomb, malformed: "#1.%00<script>", cut: (await link(scene)).slice(0, -30), newer: "#7.AAAA" };
  for (const [what, hash] of Object.entries(refused)) {
    await open(
      async (page) => {
        await page.locator("#alert:not([hidden])", { hasText: "link" }).waitFor();
        await decided(page, "shop/cart/items");
      },
      { hash },
    ).catch((error) => {
      throw new Error(`the link that is ${what}: ${error.message}`, { cause: error });
    });
  }
  await open(
    async (page) => {
      await page.locator("#problem-counts", { hasText: "error" }).waitFor();
      await page.selectOption("#examples", "split");
      await decided(page, "shop/cart/items");
    },
    { hash: deep },
  );
});
