import assert from "node:assert/strict";
import { egressRequests } from "../../../../../orchestrator/servers/docker/egress-requests";

const SUBNET = "10.214.6.96/28";
/** A line as squid writes it. */
const line = (second: number, what: string, error: string, client = "10.214.6.98"): string =>
  `17960071${second}.693 ${client} TCP_DENIED/403 199 CONNECT ${what} ${error}`;

describe("what a server asked the egress proxy for", () => {
  it("is counted by place and outcome: refused ones first, then failed ones, the latest first", () => {
    const lines = [
      line(10, "a.example.com:443", "-"),
      line(11, "a.example.com:443", "-"),
      line(12, "b.example.com:443", "NOT_LISTED"),
      line(13, "gone.example.com:443", "ERR_DNS_FAIL"),
      line(14, "c.example.com:8443", "NOT_LISTED"),
      line(15, "b.example.com:443", "NOT_LISTED"),
      line(16, "inside.example.com:443", "NOT_PUBLIC"),
    ];
    const told = egressRequests(lines, SUBNET).map(({ host, port, outcome, count, add }) =>
      [`${host}:${port}`, outcome, count, add].filter((one) => one !== undefined).join(" "),
    );
    assert.deepEqual(told, [
      "inside.example.com:443 refused 1",
      "b.example.com:443 refused 2 b.example.com:443",
      "c.example.com:8443 refused 1 c.example.com:8443",
      "gone.example.com:443 failed 1",
      "a.example.com:443 allowed 2",
    ]);
    const [first] = egressRequests(lines.slice(0, 2), SUBNET);
    assert.deepEqual(first, {
      host: "a.example.com",
      port: 443,
      outcome: "allowed",
      count: 2,
      lastHour: 0,
      last: 1_796_007_111_693,
    });
  });

  it("is told with the keys that the proxy put in, beside requests without", () => {
    const lines = [
      line(10, "a.example.com:443", "- -"),
      ...[11, 12].map((at) => line(at, "a.example.com:443", "- k,id")),
    ];
    const told = egressRequests(lines, SUBNET).map(({ count, keys }) => ({ count, keys }));
    assert.deepEqual(told, [
      { count: 2, keys: ["k", "id"] },
      { count: 1, keys: undefined },
    ]);
  });

  it("is counted for the last hour too", () => {
    const lines = [10, 11, 12].map((second) => line(second, "a.example.com:443", "-"));
    const [place] = egressRequests(lines, SUBNET, 1_796_007_111_700 + 60 * 60_000);
    assert.deepEqual([place?.count, place?.lastHour], [3, 1]);
  });

  it("is told by its reason, whatever status the answer had", () => {
    const lines = [line(10, "a.example.com:443", "429:TOO_MANY"), line(11, "b.example.com:443", "503:ERR_DNS_FAIL")];
    const told = egressRequests(lines, SUBNET).map(({ outcome, reason }) => `${outcome}: ${reason}`);
    assert.deepEqual(told, ["refused: 64 connections were open", "failed: no address was found for the name"]);
  });

  it("counts an answer that the program did not wait for as allowed", () => {
    const [place] = egressRequests([line(10, "a.example.com:443", "ERR_CLIENT_GONE k")], SUBNET);
    assert.deepEqual([place?.outcome, place?.reason, place?.keys], ["allowed", undefined, ["k"]]);
  });

  it("tells of a connection that named no host", () => {
    const [place] = egressRequests([line(10, "-:443", "NO_NAME")], SUBNET);
    assert.deepEqual([place?.host, place?.outcome, place?.add], ["-", "refused", undefined]);
    assert.match(place?.reason ?? "", /names no host/);
  });

  it("is that server's alone, and nothing that is no request", () => {
    const lines = [
      line(10, "other.example.com:443", "NOT_LISTED", "10.214.6.66"),
      "2026/11/30 02:52:36| Accepting HTTP Socket connections",
      line(11, "-:-", "ERR_INVALID_URL"),
      "",
    ];
    assert.deepEqual(egressRequests(lines, SUBNET), []);
  });

  it("has a line to add only where a manifest may say it", () => {
    for (const what of ["127.0.0.1:443", "[::1]:443", "db.internal:5432", "database:5432", "a.example.com:0"]) {
      const [place] = egressRequests([line(10, what, "NOT_LISTED")], SUBNET);
      assert.equal(place?.outcome, "refused", what);
      assert.equal(place.add, undefined, what);
    }
  });

  it("fills no memory, whatever a server asks for", () => {
    const lines = Array.from({ length: 2_000 }, (_, index) => line(10, `n${index}.example.com:443`, "NOT_LISTED"));
    assert.equal(egressRequests(lines, SUBNET).length, 500);
  });
});
