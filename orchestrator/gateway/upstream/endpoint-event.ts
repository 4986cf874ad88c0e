import { oneLine } from "../../../lib/plain-text";

/** Most characters of an endpoint's address, and of what is shown of it. */
const LONGEST = 4 * 1024;
const SHOWN = 80;
/** What a server calls its own machine in an absolute URL; the header Host calls it 127.0.0.1. */
const OWN_NAMES = /^(localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\])$/;

/**
 * Returns the URL for messages that a server names in the event `endpoint`.
 * @param text a URL, mostly a path
 * @param stream the URL of the stream that it came on; messages go nowhere but to the same address
 * @throws Error whose message says what is wrong with it, as the end of "it named an endpoint ..."
 */
export function endpointOf(text: string, stream: string): string {
  if (text.length > LONGEST) throw new Error(`of more than ${LONGEST} characters`);
  const from = new URL(stream);
  const shown = oneLine(text, SHOWN);
  if (!URL.canParse(text, stream)) throw new Error(`that is no URL: ${shown}`);
  const { protocol, hostname, port, pathname, search } = new URL(text, stream);
  const isOwn = hostname === from.hostname || OWN_NAMES.test(hostname);
  if (protocol !== from.protocol || port !== from.port || !isOwn)
    throw new Error(`of another origin: ${shown}; expected a path, or its own port`);
  return from.origin + pathname + search;
}
