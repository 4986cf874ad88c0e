import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { openBrowser, openPage } from "../../tests/support/page/browser";

// `npm run screens` runs this too: pictures of the page of the stack `dev`, which has to be up. It needs Chromium.

const LAUNCHER = join(__dirname, "../../bin/dind-mcp");
/** Each view's address, and what is there once it is whole. */
const VIEWS = {
  fleet: ["/", "tbody tr"],
  server: ["/servers/files", ".facts"],
} as const;
const SIZE = { width: 1_100, height: 620 };

async function main(): Promise<void> {
  const printed = execFileSync(LAUNCHER, ["ui", "--print", "--json"], { encoding: "utf8" });
  const { url } = JSON.parse(printed) as { url: string };
  const browser = await openBrowser();
  try {
    const { page } = await openPage(browser);
    await page.setViewportSize(SIZE);
    await page.goto(url);
    await page.getByRole("navigation").waitFor(); // signed in
    for (const [name, [path, part]] of Object.entries(VIEWS)) {
      await page.goto(new URL(path, url).href);
      await page.locator(part).first().waitFor();
      await page.screenshot({ path: join(__dirname, `page-${name}.png`) });
      console.log(`docs/screens/page-${name}.png`);
    }
  } finally {
    await browser.close();
  }
}

void main();
