import { join } from "node:path";
import { openBrowser, openPage } from "../../tests/support/page/browser";
import { DEMO_NOW, demonstrate } from "../../tests/support/page/demo-fleet";
import { pageOverApi } from "../../tests/support/page/page-over-api";

// `npm run screens` runs this too: pictures of the page over the fleet that its tests look at. It needs Chromium, no stack.

/** Each view's address, and what is there once it is whole. */
const VIEWS = {
  fleet: ["/", "tbody tr"],
  server: ["/servers/files", ".facts"],
} as const;
const SIZE = { width: 1_100, height: 620 };

async function main(): Promise<void> {
  const over = await pageOverApi();
  demonstrate(over);
  const browser = await openBrowser();
  try {
    const { page } = await openPage(browser, { locale: "en-GB", timezoneId: "UTC", viewport: SIZE });
    await page.clock.setFixedTime(DEMO_NOW);
    await page.goto(over.link());
    await page.getByRole("navigation").waitFor(); // signed in
    for (const [name, [path, part]] of Object.entries(VIEWS)) {
      await page.goto(over.url + path);
      await page.locator(part).first().waitFor();
      await page.locator("main:not(:has([aria-busy]))").waitFor();
      await page.screenshot({ path: join(__dirname, `page-${name}.png`) });
      console.log(`docs/screens/page-${name}.png`);
    }
  } finally {
    await browser.close();
    await over.stop();
  }
}

void main();
