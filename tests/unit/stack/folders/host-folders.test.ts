import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatProblem, ProblemsError } from "../../../../lib/problems";
import { hostFolders, type Machine } from "../../../../stack/folders/host-folders";
import { server } from "../../../support/components/parts";

const FILE = "Pulumi.dev.yaml";
/** Whose the folders are: the tests run as root, or as somebody. */
const USER = process.getuid?.() === 0 ? 4_711 : (process.getuid?.() ?? 0);

describe("folders of the host that the stack lends", () => {
  let folder: string;
  let code: string;
  let machine: Machine;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dind-mcp-unit-"));
    chmodSync(folder, 0o755);
    code = join(folder, "code");
    mkdirSync(code);
    if (process.getuid?.() === 0) chownSync(code, USER, USER);
    machine = { homes: ["/home/me"], own: [], project: ["/srv/project"], dataRoot: "/var/lib/docker", groups: [0] };
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const git = server({ name: "git", user: 11_005 });
  const files = server({ name: "files", user: 11_001 });
  const lend = (path: string, more: object = {}, servers = [files, git]) =>
    hostFolders(
      { code: { path, access: "read-write", servers: ["git"], wholeHome: false, ...more } },
      servers,
      machine,
      FILE,
    );
  const refusal = (path: string, more: object = {}): string => {
    try {
      return JSON.stringify(lend(path, more));
    } catch (error) {
      assert.ok(error instanceof ProblemsError);
      return error.problems.map(formatProblem).join("\n");
    }
  };

  it("come with what the engine knows them by, and the users of the servers that get them", () => {
    const { ino, uid, gid } = lstatSync(code);
    const lent = { name: "code", path: code, inode: String(ino), uid, gid };
    assert.deepEqual(lend(code), [{ ...lent, readOnly: false, servers: [{ name: "git", user: 11_005 }] }]);
    const both = [
      { name: "files", user: 11_001 },
      { name: "git", user: 11_005 },
    ];
    assert.deepEqual(lend(code, { access: "read-only", servers: ["git", "files"] }), [
      { ...lent, readOnly: true, servers: both },
    ]);
  });

  it("are left out when none of their servers runs", () => assert.deepEqual(lend(code, {}, [files]), []));

  it("one that is not there", () => {
    assert.equal(
      refusal(join(folder, "absent")),
      `${FILE}: folders.code.path: got "${folder}/absent", which is not there, expected a folder that exists. To fix: make it, or correct the path`,
    );
  });

  it("a link, or one behind a link", () => {
    symlinkSync(folder, join(folder, "link"));
    for (const [path, real] of [
      ["link", folder],
      ["link/code", code],
    ] as const) {
      const message = refusal(join(folder, path));
      assert.ok(
        message.includes(`a link to ${real}, expected a path without links. To fix: set the path to ${real}`),
        message,
      );
    }
  });

  it("a file", () => {
    writeFileSync(join(folder, "file"), "");
    assert.match(refusal(join(folder, "file")), /, a file, expected a folder/);
  });

  describe("sockets", () => {
    let listening: Server;
    beforeEach((done) => {
      listening = createServer().listen(join(code, "agent.sock"), done);
    });
    afterEach((done) => {
      listening.close(() => done());
    });

    it("themselves, and a folder with one in it", () => {
      assert.match(refusal(join(code, "agent.sock")), /, a socket, expected a folder/);
      assert.match(refusal(code), /, which holds the socket agent\.sock, .*To fix: move the socket/);
    });

    it("and a folder with one anywhere below, as long as a program listens; not so a whole home", async () => {
      const parent = join(folder, "parent");
      mkdirSync(join(parent, "deep/er"), { recursive: true });
      if (process.getuid?.() === 0) chownSync(parent, USER, USER);
      const engine = createServer();
      await once(engine.listen(join(parent, "deep/er/engine.sock")), "listening");
      assert.match(refusal(parent), /, which holds the socket deep\/er\/engine\.sock, /);
      assert.match(refusal(parent, { wholeHome: true }), /^\[/);
      await new Promise((done) => engine.close(done));
      assert.match(refusal(parent), /^\[/);
    });
  });

  it("of a place that is nobody's, whatever is there", () => {
    assert.match(refusal("/etc"), /^Pulumi\.dev\.yaml: folders\.code\.path: got "\/etc", a folder of the system, /);
    machine.own = [join(folder, "state")];
    assert.match(refusal(folder), /which shows our state/);
  });

  it("root's to write in, unless only root gets there", function () {
    if (process.getuid?.() !== 0) return this.skip();
    for (const [uid, gid] of [
      [0, USER],
      [USER, 0],
    ] as const) {
      chownSync(code, uid, gid);
      chmodSync(folder, 0o755);
      assert.match(
        refusal(code),
        new RegExp(`, which belongs to ${uid}:${gid}, expected an ordinary user's.* chown it, lend`),
      );
      assert.equal(lend(code, { access: "read-only" }).length, 1);
      chmodSync(folder, 0o700);
      assert.equal(lend(code).length, 1);
    }
    chownSync(code, USER, USER);
    chmodSync(folder, 0o755);
    machine.groups = [0, USER];
    assert.match(refusal(code), /, which belongs to 4711:4711,/);
  });

  it("says what is wrong with all of them at once", () => {
    const folders = Object.fromEntries(
      ["/etc", join(folder, "absent")].map((path, index) => [
        `f${index}`,
        { path, access: "read-only" as const, servers: ["git"], wholeHome: false },
      ]),
    );
    assert.throws(
      () => hostFolders(folders, [git], machine, FILE),
      (error: ProblemsError) => {
        assert.deepEqual(
          error.problems.map(({ path }) => path),
          ["folders.f0.path", "folders.f1.path"],
        );
        return true;
      },
    );
  });
});
