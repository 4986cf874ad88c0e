import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { server } from "../../../support/orchestrator/rest/fleet";
import { barriers } from "../../../support/page/browser";
import { openedPage } from "../../../support/page/opened-page";

const SERVERS = 200;

describe("the page's topology", function () {
  this.timeout(120_000);
  let browser: Browser;
  let page: Page;
  const opened = openedPage({
    prepare: (over) => {
      const { fleet } = over.api;
      for (let number = 0; number < SERVERS - 3; number++) fleet.add(server(`server-${number}`));
      const rich = {
        user: 11_500,
        egress: ["api.example.com:443", ...Array.from({ length: 10 }, (_, at) => `h${at}.example.com:443`)],
        storage: [{ name: "data", path: "/data", size: "1g" }],
        mounts: [{ volume: "workspace", path: "/work", readOnly: true }],
      };
      fleet.add(server("echo", {}, rich));
    },
  });

  before(async () => {
    ({ browser, page } = opened);
    await page.getByRole("link", { name: "Topology" }).click();
    await page.locator(".topology").waitFor();
  });

  it("draws every server with its own folders, network and ways out, none over another", async () => {
    const boxes = await page.locator(".topology .box:not(.host, .engine)").evaluateAll((all) =>
      all.map((one) => {
        const { left, right, top, bottom } = (one.firstElementChild as SVGRectElement).getBoundingClientRect();
        const texts = [...one.querySelectorAll("text")].map((text) => text.getBoundingClientRect());
        const isInside = texts.every((text) => text.left >= left && text.right <= right && text.bottom <= bottom);
        return { left, right, top, bottom, isInside, kind: one.getAttribute("class"), text: one.textContent };
      }),
    );
    assert.equal(boxes.filter(({ kind }) => kind?.startsWith("box server")).length, SERVERS);
    assert.deepEqual(
      boxes.filter(({ isInside }) => !isInside).map(({ text }) => text),
      [],
    );
    for (const kind of ["mount", "server", "network", "out"]) {
      const column = boxes.filter((box) => box.kind?.startsWith(`box ${kind}`)).sort((a, b) => a.top - b.top);
      const covered = column.filter(({ top }, at) => top < (column[at - 1]?.bottom ?? 0));
      assert.deepEqual(covered, [], kind);
    }
    const texts = boxes.map(({ text }) => text).join("\n");
    for (const part of ["data: storage of its own", "mcp-echo10.214.", "api.example.com:443", "and 4 more"])
      assert.ok(texts.includes(part), part);
  });

  it("shows its lines and its words, which nothing covers", async () => {
    const order = await page
      .locator(".topology")
      .evaluate((picture) => [...picture.children].map((one) => one.getAttribute("class") ?? ""));
    const last = (kind: string): number => order.findLastIndex((name) => name.startsWith(kind));
    const frames = Math.max(last("box host"), last("box engine"));
    for (const kind of ["wire", "heading"]) assert.ok(order.findIndex((name) => name.startsWith(kind)) > frames, kind);
  });

  it("says the same as a list, in which nothing is left out", async () => {
    await page.getByText("The same as a list").click();
    const item = page.getByRole("listitem").filter({ has: page.getByRole("link", { name: "echo", exact: true }) });
    const text = (await item.textContent()) ?? "";
    for (const part of ["h9.example.com:443", "storage of its own data /data", "shared volume workspace", "read-only"])
      assert.ok(text.includes(part), part);
  });

  it("shows what is searched for", async () => {
    await page.getByRole("searchbox").fill("h9.example.com");
    await page.locator(".topology .server").nth(1).waitFor({ state: "detached" });
    assert.equal(await page.locator(".topology .server").count(), 1);
  });

  it("has no barriers that axe finds, in light and dark, on a phone too", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await barriers(page), [], colorScheme);
    }
    const wide = page.viewportSize();
    await page.setViewportSize({ width: 390, height: 844 });
    assert.deepEqual(await barriers(page), []);
    if (wide) await page.setViewportSize(wide);
  });

  it("is saved as a picture that needs nothing else, and runs nothing", async () => {
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save as SVG" }).click(),
    ]);
    const svg = await readFile(await file.path(), "utf8");
    assert.equal(file.suggestedFilename(), "topology.svg");
    assert.match(svg, /<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^>]* width="\d+" height="\d+"><style>/);
    assert.ok(svg.includes("api.example.com:443") && !svg.includes("<script"));
    const parsed = `new DOMParser().parseFromString(${JSON.stringify(svg)}, "image/svg+xml").querySelector("parsererror")`;
    assert.equal(await (await browser.newPage()).evaluate(parsed), null);
  });

  it("leads to a server", async () => {
    await page.locator(".topology .server").click();
    await page.getByRole("heading", { name: "echo" }).waitFor();
  });
});
