import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import type { RestDeps } from "../../../orchestrator/rest/deps";
import type { ConfigChanges } from "../config/orchestrator-config";
import { openBrowser, openPage } from "./browser";
import { type PageOverApi, pageOverApi } from "./page-over-api";

/** The page over a fleet in memory, in a browser that is signed in. */
export interface OpenedPage {
  over: PageOverApi;
  browser: Browser;
  page: Page;
  /** What the browser's console said of errors since the test before. */
  errors: string[];
}

interface Wanted {
  /** What the API's config has besides. */
  config?(): Promise<ConfigChanges>;
  /** What the API has in place of its usual parts. */
  deps?(): Promise<Partial<RestDeps>>;
  /** Makes the fleet what the tests want, before anybody looks at it. */
  prepare?(over: PageOverApi): void | Promise<void>;
}

/**
 * Gives a suite the page: opened before its first test, closed after its last. A test after which the browser's console has
 * an error fails.
 * @returns what is open; empty until then
 */
export function openedPage({ config, deps, prepare }: Wanted = {}): OpenedPage {
  const opened = {} as OpenedPage;
  before(async () => {
    opened.over = await pageOverApi(await config?.(), await deps?.());
    await prepare?.(opened.over);
    opened.browser = await openBrowser();
    Object.assign(opened, await openPage(opened.browser));
    await opened.page.goto(opened.over.link());
    await opened.page.getByRole("navigation").waitFor();
  });
  after(async () => {
    await opened.browser?.close();
    await opened.over?.stop();
  });
  afterEach(() => assert.deepEqual(opened.errors.splice(0), [], "the browser's console"));
  return opened;
}
