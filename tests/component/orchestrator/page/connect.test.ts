import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { barriers, openPage } from "../../../support/page/browser";
import { openedPage } from "../../../support/page/opened-page";

describe("connecting a client on the page", function () {
  this.timeout(120_000);
  let page: Page;
  const opened = openedPage();

  before(async () => {
    ({ page } = opened);
    await page.getByRole("link", { name: "Connect" }).click();
    await page.getByLabel("Client", { exact: true }).selectOption("cursor");
  });

  const link = (name: string | RegExp) => page.getByRole("link", { name });
  /** What Cursor gets with a link. */
  const sent = async (name: string) => {
    const url = new URL((await link(name).getAttribute("href")) ?? "");
    return JSON.parse(Buffer.from(url.searchParams.get("config") ?? "", "base64").toString()) as {
      url: string;
      headers: { Authorization: string };
    };
  };

  it("has links where the client knows them, for all servers or each, without a token", async () => {
    assert.deepEqual(await sent("Add dind-mcp to cursor"), {
      url: "http://127.0.0.1:18080/mcp",
      headers: { Authorization: `Bearer \${env:DIND_MCP_TOKEN}` },
    });
    await page.getByLabel("One entry for each server").check();
    assert.equal((await sent("Add files to cursor")).url, "http://127.0.0.1:18080/servers/files/mcp");
    await page.getByLabel("One entry for all servers").check();
    await page.getByLabel("Client", { exact: true }).selectOption("vscode");
    const code = (await link("Add dind-mcp to vscode").getAttribute("href")) ?? "";
    assert.match(code, /^vscode:mcp\/install\?%7B/);
    assert.match(decodeURIComponent(code), /"inputs":\[/);
    await page.getByLabel("Client", { exact: true }).selectOption("codex");
    await page.getByText("~/.codex/config.toml").waitFor();
    await page.locator("pre").getByText("[mcp_servers.dind-mcp]").waitFor();
    await page.getByLabel("Client", { exact: true }).selectOption("goose");
    await page.locator("pre").getByText("extensions:").waitFor();
    assert.equal(await link(/^Add .* to /).count(), 0);
  });

  it("makes a token for that client when it is asked to, with the least scope, and hides it again", async () => {
    await page.getByLabel("Client", { exact: true }).selectOption("cursor");
    await page.getByRole("button", { name: "Make a token for cursor" }).click();
    const said = (await page.getByRole("status").textContent()) ?? "";
    const name = /^(cursor-[0-9a-f]{6}) is made/.exec(said)?.[1];
    const { Authorization } = (await sent("Add dind-mcp to cursor")).headers;
    const token = /^Bearer (\S{20,})$/.exec(Authorization)?.[1] ?? assert.fail(Authorization);
    await page.locator("pre").getByText(token).waitFor();
    await page.getByText("This link holds the token").waitFor();
    assert.deepEqual(await barriers(page), []);
    const { body } = await opened.over.api.call<{ items: { name: string; scopes: string[] }[] }>("GET", "/v1/tokens", {
      as: "all",
    });
    assert.deepEqual(body.items.find((one) => one.name === name)?.scopes, ["mcp"]);

    await page.getByRole("button", { name: "Hide the token" }).click();
    assert.ok(!(await page.content()).includes(token));
    await page.getByRole("button", { name: "Show the token" }).click();
    await page.locator("pre").getByText(token).waitFor();
    await page.getByLabel("Client", { exact: true }).selectOption("zed");
    await page.locator("pre").getByText("YOUR_TOKEN").waitFor();
    assert.ok(!(await page.content()).includes(token), "it was made for another client");
  });

  it("says what to run to whom it may not give one", async () => {
    const { page: other } = await openPage(opened.browser);
    await other.goto(opened.over.url);
    await other.getByLabel("Token").fill(opened.over.api.token("read"));
    await other.getByRole("button", { name: "Sign in" }).click();
    await other.getByRole("link", { name: "Connect" }).click();
    await other.getByText("Run bin/dind-mcp connect claude-code").waitFor();
    assert.equal(await other.getByRole("button", { name: "Make a token" }).count(), 0);
  });
});
