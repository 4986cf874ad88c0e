import assert from "node:assert/strict";
import type { ProxySite } from "./proxy-site";

/** Uses the page through a proxy: opens it, signs in, follows a stream. @throws AssertionError for what does not work */
export async function usePage(site: ProxySite): Promise<void> {
  const ours = { "x-dind-mcp-page": "the page's own", origin: site.pageUrl };
  const page = await site.fetch(site.pageUrl);
  assert.match(await page.text(), /<title>the page/);
  assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'none'/);
  const body = JSON.stringify({ token: site.api.token("all") });
  const signedIn = await site.fetch(`${site.pageUrl}/sign-in`, { method: "POST", headers: ours, body });
  assert.equal(signedIn.status, 204);
  const cookie = signedIn.headers.get("set-cookie") ?? "";
  assert.match(cookie, /; Secure$/);
  const headers = { ...ours, cookie: cookie.split(";")[0] as string };
  const events = await site.fetch(`${site.pageUrl}/v1/events`, { headers });
  assert.equal(events.status, 200);
  const reader = events.body?.getReader();
  site.api.events.emit("server.added", "echo");
  let heard = "";
  while (!heard.includes("server.added")) {
    const { value, done } = (await reader?.read()) ?? { done: true };
    assert.ok(!done, `the stream ended: ${heard}`);
    heard += new TextDecoder().decode(value);
  }
  await reader?.cancel();
  const beside = await site.fetch(`${site.url}/`);
  assert.doesNotMatch(await beside.text(), /the page/, "the API's host is not the page's");
}
