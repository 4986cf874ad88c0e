import assert from "node:assert/strict";
import { decide, isRefused } from "../../../../orchestrator/docker-api/allow-list";

describe("read-only Docker API: what is allowed", () => {
  const allowed: [target: string, passedOn?: string][] = [
    ["/_ping"],
    ["/v1.41/_ping"],
    ["/version"],
    ["/info"],
    ["/v1.41/containers/json"],
    ["/v1.45/containers/json?all=1&filters=%7B%22name%22%3A%5B%22x%22%5D%7D"],
    ["/containers/mcp-files/json?size=1"],
    ["/containers/3f4b/stats?stream=0&one-shot=1"],
    ["/images/json"],
    ["/images/debian/json"],
    ["/images/debian:trixie-slim/json"],
    ["/images/127.0.0.1:5000/library/node:24/json"],
    ["/images/node@sha256:0a1b/json"],
    ["/images/node%40sha256%3A0a1b/json", "/images/node@sha256:0a1b/json"],
    ["/networks"],
    ["/networks/mcp-outbound?verbose=false&scope="],
    ["/volumes"],
    ["/volumes/mcp-files-sessions"],
    ["/system/df?type=image"],
    ["/events?since=1&until=2"],
    ["/containers/json?%61ll=1", "/containers/json?all=1"],
  ];
  for (const [target, passedOn = target] of allowed) {
    it(`GET ${target}`, () => {
      const decision = decide("GET", target);
      assert.ok(!isRefused(decision), JSON.stringify(decision));
      assert.equal(decision.target, passedOn);
    });
  }
  it("HEAD /_ping, as Docker's clients begin", () => assert.ok(!isRefused(decide("HEAD", "/_ping"))));
});

describe("read-only Docker API: what is refused", () => {
  const paths = [
    "/",
    "/v1.41",
    "/v1.41/",
    "/containers",
    "/containers/x",
    "/containers/x/logs?stdout=1",
    "/containers/x/top",
    "/containers/x/top?ps_args=auxe",
    "/containers/x/changes",
    "/containers/x/export",
    "/containers/x/archive?path=/etc/shadow",
    "/containers/x/attach/ws?stdin=1&stream=1",
    "/containers/x/checkpoints",
    "/exec/abc/json",
    "/images/get?names=x",
    "/images/x/get",
    "/images/x/history",
    "/images/search?term=x",
    "/distribution/x/json",
    "/build",
    "/build/prune",
    "/session",
    "/grpc",
    "/auth",
    "/plugins",
    "/plugins/x/json",
    "/secrets",
    "/secrets/x",
    "/configs",
    "/configs/x",
    "/swarm",
    "/swarm/unlockkey",
    "/nodes",
    "/services",
    "/services/x/logs",
    "/tasks",
    "/debug/vars",
    "/debug/pprof/heap",
    "/metrics",
    "/system",
    "/v2/",
    "/v1.41/v1.41/info",
    "/v1/info",
    "/v1.41.1/info",
    "/vx.y/info",
    "/info/",
    "/INFO",
    "/containers/json/",
    "/containers/json?all=1&all=0",
    "/containers/json?unknown=1",
    "/containers/x/json?stdout=1",
    "/info?x",
    "/version?__proto__=1",
    "/images/json/",
    "/volumes/x/y",
    "/networks/x/connect",
  ];
  for (const path of paths) {
    it(`GET ${path}`, () => {
      const decision = decide("GET", path);
      assert.ok(isRefused(decision), JSON.stringify(decision));
      assert.match(decision.message, /./);
    });
  }
  const odd = [
    "//info",
    "/containers//json",
    "/containers/x//json",
    "/containers/../info",
    "/containers/./json",
    "/containers/x/../../secrets",
    "/images/../containers/x/archive/json",
    "/images/.../json",
    "/images/a/../json",
    "/images/a/../../secrets/x/json",
    "/images/a/./b/json",
    "/containers/..%2fsecrets/json",
    "/containers/%2e%2e/secrets",
    "/containers/%2E%2E%2Fsecrets/json",
    "/images/a%2Fb/json",
    "/containers/x%00/json",
    "/containers/x%0d%0aHost:evil/json",
    "/containers/x%253a/json",
    "/containers/x;y/json",
    "/containers/x y/json",
    "/containers/x\\y/json",
    "/containers/é/json",
    "/containers/-x/json/%",
    "info",
    "http://docker/info",
    "*",
    "",
    "/info#x",
    "/%69nfo",
  ];
  for (const path of odd) it(`the odd path ${JSON.stringify(path)}`, () => assert.ok(isRefused(decide("GET", path))));
  it("a request without a path", () => assert.ok(isRefused(decide("GET", undefined))));

  for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", "", undefined]) {
    it(`the method ${method}`, () => {
      for (const path of ["/containers/create", "/info", "/containers/x/json", "/build"]) {
        const decision = decide(method, path);
        assert.ok(isRefused(decision) && decision.status === 403, JSON.stringify(decision));
      }
    });
  }
  it("says why, what else could be done, and which parameter", () => {
    const said = (path: string): string => (decide("GET", path) as { message: string }).message;
    assert.match(said("/v1.41/containers/x/logs"), /GET \/v1\/servers\/NAME\/logs/);
    assert.match(said("/secrets"), /mutual TLS/);
    assert.match(said("/info?x=1"), /"x", expected none/);
    assert.match(said("/events?x=1"), /"x", expected each at most once of since, until, filters/);
  });
});
