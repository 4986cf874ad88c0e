import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundlePage } from "../../../components/inner/page-bundle";
import { readAssets } from "../../../orchestrator/page/assets";
import { PageServer } from "../../../orchestrator/page/page-server";
import { SignIns } from "../../../orchestrator/page/sign-ins";
import type { RestDeps } from "../../../orchestrator/rest/deps";
import type { ConfigChanges } from "../config/orchestrator-config";
import { Api } from "../orchestrator/rest/api";

/** The real page over the REST API of a fleet in memory. */
export interface PageOverApi {
  api: Api;
  url: string;
  /** Address that signs in with the token for everything. */
  link(): string;
  stop(): Promise<void>;
}

/** Builds the page and serves it on a free port. */
export async function pageOverApi(config: ConfigChanges = {}, deps: Partial<RestDeps> = {}): Promise<PageOverApi> {
  const folder = mkdtempSync(join(tmpdir(), "mcp-test-page-"));
  bundlePage(folder);
  const api = await Api.start(config, deps);
  const page = new PageServer({
    guard: api.guard,
    config: api.config,
    assets: readAssets(join(folder, "page")),
    signIns: new SignIns({ key: join(folder, "key"), ended: join(folder, "ended") }),
    links: api.links,
    rest: api.rest,
  });
  const url = `http://127.0.0.1:${await page.listen(0, "127.0.0.1")}`;
  return {
    api,
    url,
    link: () => `${url}/#sign-in=${api.links.make(api.token("all")).code}`,
    async stop() {
      await page.close();
      await api.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
