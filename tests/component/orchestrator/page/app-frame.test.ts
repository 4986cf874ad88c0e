import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import type { Browser, FrameLocator, Locator, Page } from "playwright-core";
import { barriers, openBrowser, openPage } from "../../../support/page/browser";
import { type PageOverApi, pageOverApi } from "../../../support/page/page-over-api";

/** Where a script of an app would tell that it runs: its own document, and this page's address. */
const RAN = `document.body.dataset.ran = "yes"; top.location = "/ran";`;

/** An app that tries to get out in every way it knows, by itself and when somebody clicks. */
const hostile = (tcp: string, udp: number): string => `<!doctype html>
<head><meta http-equiv="refresh" content="0; url=http://${tcp}/refresh"><base href="http://${tcp}/">
<link rel="preconnect" href="http://${tcp}"><link rel="dns-prefetch" href="http://${tcp}">
<link rel="prefetch" href="http://${tcp}/prefetch"><link rel="stylesheet" href="http://${tcp}/style">
<style>@import "http://${tcp}/import"; @font-face { font-family: far; src: url(http://${tcp}/font) }
h1 { color: rgb(1, 2, 3); background: url(http://${tcp}/background); font-family: far }</style></head>
<body onload='${RAN}' background="http://${tcp}/body">
<link rel="preconnect" href="http://${tcp}"><link rel="preload" as="image" href="http://${tcp}/pre">
<h1>The app</h1><img alt="near" src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7">
<img src="http://${tcp}/image" onerror='${RAN}'><video src="http://${tcp}/video" poster="http://${tcp}/poster"></video>
<svg><script>${RAN}</script><image href="http://${tcp}/svg" /><use href="http://${tcp}/use#x" />
<a xlink:href="http://${tcp}/drawn"><text y="20">drawn link</text></a></svg>
<script>${RAN} fetch("http://${tcp}/fetch"); new WebSocket("ws://${tcp}/");
parent.postMessage({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "say" } }, "*");
const peer = new RTCPeerConnection({ iceServers: [{ urls: "stun:127.0.0.1:${udp}" }] });
peer.createDataChannel("x"); peer.createOffer().then((offer) => peer.setLocalDescription(offer));</script>
<script type="speculationrules">{"prefetch": [{"source": "list", "urls": ["http://${tcp}/guess"]}]}</script>
<iframe src="/"></iframe><iframe src="http://${tcp}/frame"></iframe><iframe srcdoc="<script>${RAN}</script>"></iframe>
<object data="http://${tcp}/object"></object><embed src="http://${tcp}/embed">
<noscript><link rel="preconnect" href="http://${tcp}"></noscript>
<a id="out" href="http://${tcp}/link" ping="http://${tcp}/ping">a link</a>
<a id="up" href="http://${tcp}/up" target="_top">a link up</a><a id="code" href='javascript:${RAN}'>code</a>
<form action="http://${tcp}/form" target="_top"><button id="send">Send</button></form>
<button id="act" onclick='${RAN}'>Act</button>`;

describe("a server's app on the page", function () {
  this.timeout(120_000);
  let over: PageOverApi;
  let browser: Browser;
  let page: Page;
  let collector: Server;
  let datagrams: Socket;
  let card: Locator;
  let app: FrameLocator;
  const heard: string[] = [];
  const called: string[] = [];

  before(async () => {
    collector = createServer((socket) => {
      heard.push("a connection");
      socket.on("error", () => {}).on("data", (data) => heard.push(data.toString().split("\r\n")[0] ?? ""));
    }).listen(0, "127.0.0.1");
    datagrams = createSocket("udp4", () => heard.push("a datagram")).bind(0, "127.0.0.1");
    await Promise.all([once(collector, "listening"), once(datagrams, "listening")]);
    over = await pageOverApi();
    const text = hostile(`127.0.0.1:${(collector.address() as AddressInfo).port}`, datagrams.address().port);
    const resource = { uri: "ui://echo/app", mimeType: "text/html;profile=mcp-app", text };
    over.api.fleet.results.set("say", { content: [{ type: "resource", resource }] });
    browser = await openBrowser();
    ({ page } = await openPage(browser));
    page.on("request", (request) => void (request.method() === "POST" && called.push(new URL(request.url()).pathname)));
    await page.goto(over.link());
    await page.getByRole("link", { name: "echo", exact: true }).click();
    await page.getByRole("link", { name: "Tools" }).click();
    card = page.locator("details", { has: page.locator('summary bdi:text-is("say")') });
    app = card.frameLocator("iframe.app");
    await card.locator("summary").click();
    await card.getByRole("button", { name: "Call", exact: true }).click();
    await card.getByRole("button", { name: "Show the app" }).waitFor();
  });
  after(async () => {
    await browser?.close();
    await over?.stop();
    collector?.close();
    datagrams?.close();
  });

  it("is only text before somebody asks for it", async () => {
    assert.equal(await card.locator("iframe").count(), 0);
    await card.getByRole("region", { name: "Result" }).getByText("RTCPeerConnection").waitFor();
  });

  it("is shown with its markup, its styles and its own images", async () => {
    await card.getByRole("button", { name: "Show the app" }).click();
    const heading = app.getByRole("heading", { name: "The app" });
    assert.equal(await heading.evaluate((one) => getComputedStyle(one).color), "rgb(1, 2, 3)");
    assert.equal(await app.getByAltText("near").evaluate((one) => (one as HTMLImageElement).naturalWidth), 1);
  });

  it("reaches nothing by itself: no script, no network, not the page, not the API", async () => {
    await page.waitForTimeout(2_000); // time for what would come late
    assert.deepEqual(heard, []);
    assert.equal(await app.locator("body").getAttribute("data-ran"), null);
    assert.equal(page.url(), `${over.url}/servers/echo?tab=tools`);
    assert.deepEqual(
      called.filter((path) => path.includes("/call")),
      ["/v1/servers/echo/tools/say/call"],
      "its message called nothing",
    );
  });

  it("reaches nothing when somebody clicks what it shows", async () => {
    for (const id of ["out", "up", "code", "send", "act"]) await app.locator(`#${id}`).click();
    await app.getByText("drawn link").click();
    await page.waitForTimeout(1_000);
    assert.deepEqual(heard, []);
    assert.equal(await app.locator("body").getAttribute("data-ran"), null);
    assert.equal(page.url(), `${over.url}/servers/echo?tab=tools`);
  });

  it("has an origin of its own: no cookie, no storage, not the page", async () => {
    const inner = page.frames().find((one) => one.url().endsWith("/app-frame.html"));
    const refused = (code: string) =>
      inner?.evaluate(`(() => { try { ${code}; return "worked" } catch { return "refused" } })()`);
    for (const code of ["document.cookie", "localStorage.length", "parent.document.body"])
      assert.equal(await refused(code), "refused", code);
  });

  it("has no barriers that axe finds around it, and is gone when it is hidden", async () => {
    await card.getByRole("button", { name: "Hide the app" }).click();
    await card.locator("iframe").waitFor({ state: "detached" });
    assert.deepEqual(await barriers(page), []);
  });
});
