import { join } from "node:path";
import { PATHS } from "../../config/orchestrator-config";
import { readAssets } from "./assets";
import { PageServer, type PageServerParts } from "./page-server";
import { SignIns } from "./sign-ins";

/** Puts the page together; undefined when it is off. @throws Error when the key of its cookies cannot be kept */
export function createPage(parts: Omit<PageServerParts, "assets" | "signIns">): PageServer | undefined {
  if (parts.config.pageUrl === undefined) return undefined;
  const signIns = new SignIns({
    key: join(PATHS.state, "page-key"),
    ended: join(PATHS.state, "page-ended.json"),
  });
  return new PageServer({ ...parts, assets: readAssets(join(__dirname, "page")), signIns });
}
