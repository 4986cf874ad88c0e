import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { ServerInfo } from "../../../../orchestrator/servers/server-info";
import { SignedSite } from "../../../support/orchestrator/gateway/signed-site";
import { barriers } from "../../../support/page/browser";
import { openedPage } from "../../../support/page/opened-page";

describe("the page: signing in to a remote server", function () {
  this.timeout(120_000);
  let page: Page;
  let site: SignedSite;
  const opened = openedPage({
    async deps() {
      site = await SignedSite.open();
      site.declare({ credentials: "per-user" });
      return { signIns: site.signIns };
    },
    prepare: ({ api }) => {
      api.fleet.add({ ...site.info, runtime: { kind: "remote", restarts: 0, oomKills: 0 } } as ServerInfo);
    },
  });

  before(async () => {
    ({ page } = opened);
    await page.goto(`${opened.over.url}/servers/far`);
    await page.getByText("Nobody is signed in").waitFor();
  });
  after(() => site?.close());

  /** Presses the button, and returns where its link leads. */
  const begin = async (): Promise<string> => {
    await page.getByRole("button", { name: "Sign in for all" }).click();
    const link = page.getByRole("link", { name: /^Open / });
    await link.waitFor();
    assert.deepEqual(
      [await link.getAttribute("target"), await link.getAttribute("rel")],
      ["_blank", "noopener noreferrer"],
    );
    return (await link.getAttribute("href")) ?? "";
  };
  const bring = (query: URLSearchParams) => opened.over.api.call("GET", `/v1/oauth/callback?${query}`);

  it("leads to the issuer, waits, says that it went well, and who it was", async () => {
    const url = await begin();
    assert.equal(await page.getByRole("link", { name: `Open ${new URL(url).host}` }).count(), 1);
    assert.deepEqual(await barriers(page), []);
    await bring(site.issuer.browse(url));
    await page.getByText("Signed in.", { exact: true }).waitFor();
    await page.getByText(/^Signed in as .*, by the token all/).waitFor();
  });

  it("says why nobody signed in", async () => {
    const state = new URL(await begin()).searchParams.get("state") ?? "";
    await bring(new URLSearchParams({ error: "access_denied", state, iss: site.issuer.issuer }));
    await page
      .getByRole("alert")
      .filter({ hasText: /NOT signed in: .*access_denied/ })
      .waitFor();
  });

  it("signs in the token that the page has, for itself", async () => {
    await page.getByRole("button", { name: "Sign in for my token" }).click();
    const link = page.getByRole("link", { name: /^Open / });
    await link.waitFor();
    const begun = opened.over.api.call(
      "GET",
      `/v1/oauth/callback?${site.issuer.browse((await link.getAttribute("href")) ?? "")}`,
    );
    assert.match((await begun).text, /^Signed in to far/);
    await page.getByText("Signed in.", { exact: true }).waitFor();
  });

  it("ends a sign-in", async () => {
    await page.getByRole("button", { name: "End this sign-in" }).click();
    await page.getByText("Nobody is signed in").waitFor();
  });
});
