import { z } from "zod";
import { whole } from "../lib/schema-parts";

// The keys' building blocks. Every message is the "expected" half of a problem: "got X, expected <message>".

export const text = z.string("text");
export const flag = z.boolean("true or false");
export const port = whole(1, 65_535);
export const httpUrl = z.url({ protocol: /^https?$/, error: "an http or https URL" });

/** A list of texts of one kind. `what` is the "expected" half of a problem. */
export function list<Item extends z.ZodType<string>>(item: Item, what = "a list of texts"): z.ZodArray<Item> {
  return z.array(item, what);
}

/** Text that is not empty. */
export const some = text.min(1, "text that is not empty");

/** An http(s) origin as a browser writes it. */
function isOrigin(value: string): boolean {
  return /^https?:/.test(value) && URL.canParse(value) && new URL(value).origin === value;
}

/** An origin of a page, or of a desktop shell or a browser's extension, as they write it: `vscode-webview://ID`. */
export function isAnyOrigin(value: string): boolean {
  return isOrigin(value) || /^(?!https?:)[a-z][a-z0-9+.-]*:\/\/[^\s/?#@,]*$/i.test(value);
}

/** An http(s) origin, with a path behind it or without; no `/` at the end. */
export function isBaseUrl(value: string): boolean {
  const [, origin, path] = /^(https?:\/\/[^/?#]+)((?:\/[A-Za-z0-9._~-]+)*)$/.exec(value) ?? [];
  return origin !== undefined && isOrigin(origin) && !path?.split("/").some((part) => /^\.\.?$/.test(part));
}

/** Paths that the API has itself. A proxy may remove the public URL's path: below such a one a request could mean either. */
const OWN = /^\/((mcp|sse|messages)$|(servers|v1)(\/|$))/;

/** What `isPublicUrl` expects. */
export const PUBLIC_URL =
  "a URL like https://mcp.example.com or https://example.com/mcp-fleet, without a / at its end; its path is none of the API's own: /mcp, /sse, /messages, /servers, /v1";

/** A base URL under which the API can be reached. */
export function isPublicUrl(value: string): boolean {
  return isBaseUrl(value) && !OWN.test(new URL(value).pathname);
}
