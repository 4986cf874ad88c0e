import { type KongDocument, kongDocument } from "../config/fleet/kong/document";
import { kongEntities } from "../config/fleet/kong/entities";
import { oneServer } from "../config/fleet/member";
import { pageProblem, placeOf, siteAt } from "../config/fleet/site";
import type { Settings } from "../config/settings";
import { milliseconds } from "../lib/durations";
import type { CatalogServer } from "../manifest/catalog";

/**
 * What `bin/dind-mcp kong` prints, without servers that the API deployed: Pulumi knows those of the catalog alone.
 * @param stack its name, as the command has it in the tag
 * @returns undefined while it is not known how clients reach a proxy
 */
export function kongOutput(settings: Settings, servers: CatalogServer[], stack: string): KongDocument | undefined {
  const { publicUrl, oauth, requestsPerMinute } = settings;
  if (publicUrl === "") return undefined;
  const place = placeOf(settings);
  const hasPage = place.pageUrl !== "" && pageProblem(place) === undefined;
  const members = servers.map(({ manifest: { name: server, version, timeouts } }) =>
    oneServer({ publicUrl, oauth }, { server, version, callMs: milliseconds(timeouts.call) }),
  );
  const tag = `dind-mcp.${stack}`;
  const site = siteAt(hasPage ? place : { ...place, pageUrl: "" });
  return kongDocument(kongEntities(site, members, { tag, keyAuth: false, requestsPerMinute }), tag);
}
