import assert from "node:assert/strict";
import { refusedPlace, type Surroundings } from "../../../../stack/folders/places";

const MACHINE: Surroundings = {
  homes: ["/home/me", "/root"],
  own: ["/home/me/.local/state/dind-mcp", "/home/me/.cache/dind-mcp"],
  project: ["/home/me/src/dind-mcp", "/srv/team-servers"],
  dataRoot: "/data/docker",
};

const refused = (path: string, { wholeHome = false, writable = false } = {}, machine: Partial<Surroundings> = {}) => {
  const refusal = refusedPlace(path, { wholeHome, writable }, { ...MACHINE, ...machine });
  return refusal && `got ${refusal.got}, expected ${refusal.expected}. To fix: ${refusal.fix}`;
};

describe("where no folder of the host is lent from", () => {
  const places: [string, RegExp][] = [
    ["/", /, the whole machine,/],
    ["/etc", /, a folder of the system,/],
    ["/etc/ssl", /, a folder of the system,/],
    ["/run/user/1000", /, a folder of the system,/],
    ["/usr/share/doc", /, a folder of the system,/],
    ["/proc/1/root/home/me/code", /, a folder of the system,/],
    ["/var", /, which holds \/var\/run,/],
    ["/var/lib", /, where an engine keeps its data \(\/var\/lib\/docker\),/],
    ["/var/lib/docker/volumes/mcp-certs", /, where an engine keeps its data/],
    ["/var/lib/containerd", /, where an engine keeps its data/],
    ["/data", /, where an engine keeps its data \(\/data\/docker\),/],
    ["/data/docker/volumes", /, where an engine keeps its data/],
    ["/home/me/.docker", /, where Docker keeps its own,/],
    ["/home/me/.local/share/docker/volumes", /, where Docker keeps its own,/],
    ["/home/me/.local/state/dind-mcp", /, which shows our state: .*set DIND_MCP_STATE and DIND_MCP_CACHE/],
    ["/home/me/.local/state/dind-mcp/stacks", /, which shows our state/],
    ["/home/me/.cache", /, which shows our state.* \(\/home\/me\/\.cache\/dind-mcp\)/],
    ["/home", /, which shows our state/],
    ["/tmp", /, where many people's and programs' files meet,/],
    ["/mnt", /, where many people's and programs' files meet,/],
    ["/var/log", /, where many people's and programs' files meet,/],
  ];
  for (const [path, what] of places) {
    it(path, () => {
      assert.match(refused(path) ?? "", what);
      assert.match(refused(path) ?? "", /To fix: \w+/);
    });
  }

  it("others are lent", () => {
    for (const path of [
      "/home/me/code",
      "/root/code",
      "/etcetera",
      "/data/projects",
      "/var/www",
      "/srv/git",
      "/tmp/code",
    ])
      assert.equal(refused(path, { writable: true }), undefined);
    assert.equal(refused("/var/log/nginx"), undefined);
  });

  it("a whole home only when told so, and several never", () => {
    const elsewhere = { own: ["/state"], project: ["/srv/dind-mcp"] };
    assert.match(refused("/home/me", {}, elsewhere) ?? "", /, a whole home, .*or set wholeHome: true/);
    assert.equal(refused("/home/me", { wholeHome: true, writable: true }, elsewhere), undefined);
    assert.match(refused("/home/of-ldap", {}, elsewhere) ?? "", /, a whole home, /);
    assert.equal(refused("/home/of-ldap", { wholeHome: true }, elsewhere), undefined);
    assert.match(refused("/home", { wholeHome: true }, elsewhere) ?? "", /, which holds the home \/home\/me,/);
    assert.match(refused("/home/me", { wholeHome: true }) ?? "", /, which shows our state/);
  });

  it("what the stack is made of is lent read-only alone", () => {
    for (const path of ["/home/me/src", "/home/me/src/dind-mcp/mcp/files", "/srv/team-servers"]) {
      assert.equal(refused(path), undefined);
      assert.match(
        refused(path, { writable: true }) ?? "",
        /, where servers could change what runs .*lend it read-only/,
      );
    }
  });
});
