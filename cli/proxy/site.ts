import { type Certificate, type Place, pageProblem, placeOf, type Site, siteAt } from "../../config/fleet/site";
import { isBaseUrl, isPublicUrl, PUBLIC_URL } from "../../config/parts";
import type { Settings } from "../../config/settings";
import { CliError, ExitCode } from "../errors";

/** What the user asks of a file. */
export interface Wishes extends Certificate {
  /** @default the stack's publicUrl */
  url?: string;
  /** @default the stack's pageUrl; without either the page is left out */
  pageUrl?: string;
  /** @default the address and port on which the stack publishes the API */
  upstream?: string;
  /** @default the API's address, and the port on which the stack publishes the page */
  pageUpstream?: string;
}

/** @throws CliError when it is not known how clients reach the proxy */
export function siteOf(settings: Settings, { url, upstream, pageUrl, pageUpstream, ...files }: Wishes): Site {
  if (upstream !== undefined) checkAddress("--upstream", upstream);
  if (pageUpstream !== undefined) checkAddress("--page-upstream", pageUpstream);
  const usual = placeOf(settings, upstream);
  const place: Place = {
    ...files,
    url: url ?? usual.url,
    upstream: usual.upstream,
    pageUrl: settings.pagePort === "off" ? "" : (pageUrl ?? usual.pageUrl),
    pageUpstream: pageUpstream ?? usual.pageUpstream,
  };
  if (place.url === "") {
    const fix =
      "give --url https://mcp.example.com, or set it for good: pulumi config set publicUrl URL, and bin/dind-mcp up";
    throw new CliError(
      "publicUrl: got nothing, expected the URL by which clients reach the proxy",
      ExitCode.Usage,
      fix,
    );
  }
  if (!isPublicUrl(place.url)) throw new CliError(`--url: got ${place.url}, expected ${PUBLIC_URL}`, ExitCode.Usage);
  if (place.pageUrl !== "") checkPage(place);
  return siteAt(place);
}

function checkPage(place: Place): void {
  const like = "a URL like https://page.example.com, without a / at its end";
  const problem = isBaseUrl(place.pageUrl) ? pageProblem(place) : like;
  if (problem) throw new CliError(`--page-url: got ${place.pageUrl}, expected ${problem}`, ExitCode.Usage);
}

function checkAddress(option: string, written: string): void {
  if (/^[A-Za-z0-9.-]+:\d{1,5}$/.test(written)) return;
  throw new CliError(`${option}: got ${written}, expected HOST:PORT like 127.0.0.1:18080`, ExitCode.Usage);
}
