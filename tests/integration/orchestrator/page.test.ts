import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { must } from "../../support/fleet/command";
import { type Fleet, theFleet } from "../../support/fleet/fleet";
import { ROOT } from "../../support/fleet/stack";
import { barriers, openBrowser, openPage } from "../../support/page/browser";

describe("engine: the page, in a real browser", function () {
  this.timeout(300_000);
  let fleet: Fleet;
  let browser: Browser;
  let page: Page;
  let errors: string[];
  let url: string;

  before(async () => {
    fleet = await theFleet();
    url = String(fleet.outputs.endpoints.page);
    browser = await openBrowser();
    ({ page, errors } = await openPage(browser));
  });
  after(() => browser?.close());
  afterEach(() => assert.deepEqual(errors.splice(0), [], "the browser's console"));

  const api = (method: string, path: string) =>
    fetch(`${fleet.outputs.endpoints.api}${path}`, {
      method,
      headers: { authorization: `Bearer ${fleet.outputs.tokens.admin}` },
    });
  const link = () => {
    const { env } = fleet.stack;
    const access = { DIND_MCP_URL: fleet.outputs.endpoints.api, DIND_MCP_TOKEN: fleet.outputs.tokens.admin };
    return must("node", ["cli/run.mjs", "ui", "--print"], { cwd: ROOT, env: { ...env, ...access } });
  };
  const row = (name: string) => page.getByRole("row", { name });

  it("opens signed in by `ui`, once, and keeps the code out of the address", async () => {
    const address = await link();
    await page.goto(address);
    await row("files").getByText("running").waitFor();
    assert.equal(page.url(), `${url}/`);
    await page.goto("about:blank");
    await page.goto(address);
    await page.getByRole("alert").getByText("was used already").waitFor();
    await page.goto(url);
    await row("files").waitFor();
  });

  it("shows by itself what changes, and says why a server is down", async () => {
    await page.goto(url);
    await row("http").getByText("running").waitFor();
    await api("POST", "/v1/servers/http/stop");
    await row("http").getByText("stopped").waitFor();
    await page.getByRole("link", { name: "http", exact: true }).click();
    await page.getByRole("button", { name: "Start" }).click();
    await page.locator(".bar").getByText("running").waitFor();
  });

  it("asks before it ends sessions, and does nothing on Escape", async () => {
    const startedAt = async () =>
      ((await (await api("GET", "/v1/servers/http")).json()) as { startedAt: string }).startedAt;
    const before = await startedAt();
    await page.goto(`${url}/servers/http`);
    await page.getByRole("button", { name: "Restart" }).click();
    await page.getByRole("dialog").getByText("This ends").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(await startedAt(), before);
  });

  it("calls a tool, shows the result, and finds the call in the activity", async () => {
    await page.goto(`${url}/servers/files`);
    await page.getByRole("link", { name: "Tools" }).click();
    await page.getByText("list_allowed_directories", { exact: true }).click();
    const card = page.locator("details", { hasText: "list_allowed_directories" });
    await card.getByRole("button", { name: "Call" }).click();
    await card.getByRole("region", { name: "Result" }).getByText("Allowed directories").first().waitFor();
    await page.getByRole("link", { name: "Activity" }).click();
    await page
      .getByRole("row", { name: /list_allowed_directories/ })
      .first()
      .waitFor();
    // A name that no other test of this fleet calls.
    await page.getByRole("textbox", { name: "Tool" }).fill(`no_tool_${Date.now()}`);
    await page.getByRole("button", { name: "Search" }).click();
    // It looks through the whole log, which holds all that the fleet's other tests did.
    await page.getByText("No entry fits").waitFor({ timeout: 120_000 });
  });

  it("shows each client's configuration, without a token", async () => {
    await page.goto(`${url}/connect`);
    await page.getByLabel("Client", { exact: true }).selectOption("cursor");
    await page.locator("pre").getByText("/mcp").waitFor();
    assert.ok(!(await page.content()).includes(fleet.outputs.tokens.admin as string));
  });

  it("has no barriers that axe finds, in light and dark", async () => {
    for (const scheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      for (const path of [
        "/",
        "/servers/files",
        "/servers/files?tab=tools",
        "/activity",
        "/topology",
        "/connect",
        "/tokens",
      ]) {
        await page.goto(url + path);
        await page.getByRole("heading", { level: 1 }).waitFor();
        assert.deepEqual(await barriers(page), [], `${scheme} ${path}`);
      }
    }
  });

  it("signs out; a wrong token does not sign in; a token that only looks has no buttons", async () => {
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Token", { exact: true }).fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").getByText("Not signed in").waitFor();
    assert.deepEqual(await barriers(page), []);
    await page.getByLabel("Token", { exact: true }).fill(fleet.outputs.tokens.read as string);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("link", { name: "files", exact: true }).click();
    await page.getByRole("heading", { name: "files" }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Stop" }).count(), 0);
  });
});
