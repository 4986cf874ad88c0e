import { type KongDocument, kongDocument } from "../config/fleet/kong/document";
import { kongEntities } from "../config/fleet/kong/entities";
import { oneServer } from "../config/fleet/member";
import { type Place, pageProblem, placeOf, siteAt } from "../config/fleet/site";
import { PORTS } from "../config/ports";
import type { Settings } from "../config/settings";
import { milliseconds } from "../lib/durations";
import type { CatalogServer } from "../manifest/catalog";
import { GATEWAY_ADDRESS } from "../manifest/container/gateway";

/**
 * What `bin/dind-mcp kong` prints, without servers that the API deployed: Pulumi knows those of the catalog alone.
 * @param stack its name, as the command has it in the tag
 * @returns undefined while it is not known how clients reach a proxy
 */
export function kongOutput(settings: Settings, servers: CatalogServer[], stack: string): KongDocument | undefined {
  if (settings.publicUrl === "") return undefined;
  const place = placeOf(settings);
  const hasPage = place.pageUrl !== "" && pageProblem(place) === undefined;
  return documentAt(hasPage ? place : { ...place, pageUrl: "" }, settings, servers, stack);
}

/**
 * What the Kong inside the engine does: it hands all of the API's port on, whatever the host name; the fleet knows its own.
 * @returns undefined without one
 */
export function embeddedKong(settings: Settings, servers: CatalogServer[], stack: string): KongDocument | undefined {
  if (!settings.kong?.embedded) return undefined;
  const place = { url: "http://localhost", upstream: `${GATEWAY_ADDRESS}:${PORTS.api}`, pageUrl: "", pageUpstream: "" };
  return documentAt(place, settings, servers, stack, true);
}

function documentAt(
  place: Place,
  { oauth, requestsPerMinute }: Settings,
  servers: CatalogServer[],
  stack: string,
  anyHost = false,
): KongDocument {
  const members = servers.map(({ manifest: { name: server, version, timeouts } }) =>
    oneServer({ publicUrl: place.url, oauth }, { server, version, callMs: milliseconds(timeouts.call) }),
  );
  const tag = `dind-mcp.${stack}`;
  const wishes = { tag, keyAuth: false, requestsPerMinute, anyHost };
  return kongDocument(kongEntities(siteAt(place), members, wishes), tag);
}
