import type { IncomingMessage } from "node:http";

/** Cookies know no ports: pages of two stacks on one host must not share one. @param stack "project/stack" */
export function cookieName(stack: string): string {
  return `dind-mcp-${stack.replace(/[^A-Za-z0-9]+/g, "-")}`;
}

/** Returns a cookie's value; undefined when the request has none. */
export function cookieOf({ headers }: IncomingMessage, name: string): string | undefined {
  const pairs = (headers.cookie ?? "").split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) || undefined;
}

/** Tells whether the browser came by TLS: it says so itself. @param pageUrl what counts where it does not */
export function cameByTls({ headers }: IncomingMessage, pageUrl = ""): boolean {
  return (headers.origin ?? pageUrl).startsWith("https://");
}

/**
 * Returns a Set-Cookie that no script reads and no other site sends.
 * @param seconds how long it lives; 0 removes it
 * @param isSecure true: the browser sends it by TLS alone
 */
export function setCookie(name: string, value: string, seconds: number, isSecure: boolean): string {
  const secure = isSecure ? "; Secure" : "";
  return `${name}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}
