import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { ServerError } from "../../../../orchestrator/servers/server-error";
import { barriers, openBrowser, openPage } from "../../../support/page/browser";
import { type PageOverApi, pageOverApi } from "../../../support/page/page-over-api";
import { OFFER, PackageRegistry } from "../../../support/registry/packages";
import { IMAGE, Registry } from "../../../support/registry/registry";

const MARKUP = `<img src=x onerror="window.taken=1">`;

describe("adding a server on the page", function () {
  this.timeout(240_000);
  let registry: Registry;
  let packages: PackageRegistry;
  let over: PageOverApi;
  let browser: Browser;
  let page: Page;
  let errors: string[];
  const folder = mkdtempSync(join(tmpdir(), "mcp-test-add-"));

  before(async () => {
    registry = new Registry();
    registry.servers.push(IMAGE, { ...IMAGE, name: "io.example.me/remote", description: MARKUP, packages: [] });
    packages = new PackageRegistry();
    over = await pageOverApi({
      registry: { url: await registry.open(), search: true, npm: await packages.open() },
      catalog: [OFFER],
    });
    browser = await openBrowser();
    ({ page, errors } = await openPage(browser));
    await page.goto(over.link());
    await page.getByRole("row", { name: "echo" }).waitFor();
  });
  after(async () => {
    await browser?.close();
    await over?.stop();
    registry?.close();
    packages?.close();
    rmSync(folder, { recursive: true });
  });
  afterEach(async () => {
    assert.equal(await page.evaluate("window.taken"), undefined);
    assert.deepEqual(errors.splice(0), [], "the browser's console");
  });

  const find = async (word: string) => {
    await page.getByRole("link", { name: "Add", exact: true }).click();
    const back = page.getByRole("button", { name: "Back to the search" });
    if (await back.isVisible()) await back.click();
    await page.getByRole("searchbox").fill(word);
    await page.getByRole("button", { name: "Search" }).click();
  };
  const look = (name: string) => page.getByRole("row", { name }).getByRole("button", { name: "Look at it" }).click();
  const fact = (name: string) =>
    page.locator(".facts div", { has: page.locator(`dt:text-is("${name}")`) }).locator("dd");
  const save = async (button: string) => {
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: button }).click();
    const file = join(folder, (await saved).suggestedFilename());
    await (await saved).saveAs(file);
    return file;
  };

  it("finds servers, and says which cannot run here", async () => {
    await find("io.example");
    await page.getByRole("row", { name: "io.example.me/weather" }).getByText("npm:@me/weather-mcp").waitFor();
    const remote = page.getByRole("row", { name: "io.example.me/remote" });
    await remote.getByText(MARKUP).waitFor();
    await remote.getByText("cannot run here").waitFor();
    assert.deepEqual(await barriers(page), []);
  });

  it("shows what it opens, deploys it with its secret, and lets its first tool be called", async () => {
    await find("greeter");
    await look("io.example.me/greeter");
    await page.getByRole("heading", { level: 1, name: "greeter" }).waitFor();
    assert.equal(await fact("May reach outside").textContent(), "none");
    assert.equal(await fact("Secrets").textContent(), "GREETER_TOKEN");
    assert.deepEqual(over.api.fleet.given, [], "nothing is built before");
    assert.deepEqual(await barriers(page), []);
    await page.getByLabel("GREETER_TOKEN").fill("s3cret-value");
    over.api.fleet.deployFails = new ServerError(422, "the server does not become healthy", ["its last line"]);
    await page.getByRole("button", { name: "Deploy it" }).click();
    await page.getByRole("alert").getByText("its last line").waitFor();
    over.api.fleet.deployFails = undefined;
    await page.getByRole("button", { name: "Deploy it" }).click();
    await page.getByRole("status").getByText("deployed and healthy").waitFor();
    assert.deepEqual(over.api.fleet.given, [{ "greeter-token": "s3cret-value" }]);
    assert.ok(!(await page.content()).includes("s3cret-value"));
    await page.getByRole("link", { name: "Try its tools" }).click();
    const card = page.locator("details", { has: page.locator('summary bdi:text-is("say")') });
    await card.locator("summary").click();
    await card.getByRole("button", { name: "Call", exact: true }).click();
    await card.getByRole("region", { name: "Result" }).locator("pre").waitFor();
    await page.getByRole("link", { name: "Activity" }).click();
    await page
      .getByRole("row", { name: /greeter.*say/ })
      .first()
      .waitFor();
  });

  it("gives the folder of what is built: as a zip, as a diff that git takes, and as a command", async () => {
    await find("weather");
    await look("io.example.me/weather");
    await page.getByText("It cannot be deployed from here").waitFor();
    await page.getByLabel("Name here").fill("wetter");
    await page.getByLabel("WEATHER_CITY").fill("Bern");
    await page.getByLabel("Where it may go").fill("api.example.com:443");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByRole("heading", { level: 1, name: "wetter" }).waitFor();
    assert.equal(await fact("May reach outside").textContent(), "api.example.com:443");
    const command =
      "bin/dind-mcp servers add io.example.me/weather@1.2.3 --name wetter --env WEATHER_CITY=Bern --egress api.example.com:443";
    await page.getByText(command).waitFor();
    const zip = await save("Download as zip");
    execFileSync("python3", ["-m", "zipfile", "-e", zip, join(folder, "unzipped")]);
    const diff = await save("Download as diff");
    execFileSync("git", ["init", "-q", join(folder, "applied")]);
    execFileSync("git", ["apply", diff], { cwd: join(folder, "applied") });
    for (const file of ["server.yaml", "Dockerfile", ".dockerignore"]) {
      const text = readFileSync(join(folder, "unzipped/wetter", file), "utf8");
      assert.equal(readFileSync(join(folder, "applied/mcp/wetter", file), "utf8"), text, file);
    }
    assert.match(readFileSync(join(folder, "applied/mcp/wetter/server.yaml"), "utf8"), /WEATHER_CITY: Bern/);
  });

  it("has the catalog's servers that do not run: what one would be allowed, and how it is started", async () => {
    await find("memory");
    const offer = page.getByRole("region", { name: "The catalog here" }).locator("details");
    await offer.locator("summary").click();
    assert.equal(await fact("Keeps").textContent(), "/data (1g)");
    await offer.getByText("pulumi config set --path 'dind-mcp:servers[2]' memory").waitFor();
    assert.deepEqual(await barriers(page), []);
    await find("weather");
    await page.getByText("None of those that do not run fits.").waitFor();
  });

  it("finds packages, shows what one would be, and says which registry is not configured", async () => {
    await find("weather-mcp");
    await page.getByRole("region", { name: "PyPI" }).getByText("Not configured").waitFor();
    await page.getByRole("region", { name: "npm" }).getByText("nobody says that it is an MCP server").waitFor();
    await look("@me/weather-mcp 1.2.3");
    await page.getByRole("heading", { level: 1, name: "weather" }).waitFor();
    await page.getByText("bin/dind-mcp servers add npm:@me/weather-mcp@1.2.3").waitFor();
    packages.close();
    await find("nobody-answers");
    await page.getByRole("region", { name: "npm" }).getByText("got").waitFor();
  });

  it("takes a server.json that is pasted, and says what is wrong with it", async () => {
    await find("weather");
    await page.getByText("Paste a server.json instead").click();
    await page.getByLabel("The server.json").fill(JSON.stringify({ ...IMAGE, version: "latest" }));
    await page
      .locator("form", { has: page.getByLabel("The server.json") })
      .getByRole("button")
      .click();
    await page.getByRole("alert").getByText("expected").first().waitFor();
  });
});
