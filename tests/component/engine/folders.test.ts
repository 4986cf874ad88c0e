import assert from "node:assert/strict";
import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must, type Result, run } from "../../support/fleet/command";

const ENGINE = join(__dirname, "../../../images/engine");
/** A user of the host, and the users of two servers. */
const OWNER = 4_711;
const [SERVER, OTHER] = [11_950, 11_951];

// On the real kernel, in a mount namespace of its own: what the engine does, without an engine.
describe("the engine lends a folder of the host", () => {
  let tools: string;
  let folder: string;
  let code: string;

  before(async () => {
    tools = mkdtempSync(join(tmpdir(), "dind-mcp-lend-"));
    const flags = ["-D_GNU_SOURCE", "-Os", "-Wall", "-Wextra", "-Werror", "-static", "-o", join(tools, "lend")];
    await must("gcc", [...flags, join(ENGINE, "lend.c")]);
  });
  after(() => rmSync(tools, { recursive: true }));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dind-mcp-folders-"));
    chmodSync(folder, 0o755);
    code = join(folder, "lent/code");
    mkdirSync(code, { recursive: true });
    for (const [name, owner] of Object.entries({ "mine.txt": OWNER, "roots.txt": 0 })) {
      writeFileSync(join(code, name), name, { mode: owner === 0 ? 0o666 : 0o600 });
      chownSync(join(code, name), owner, owner);
    }
    chmodSync(join(code, "roots.txt"), 0o666);
    chownSync(code, OWNER, OWNER);
    chmodSync(code, 0o700);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const entry = (server: string, user: number, { inode = lstatSync(code).ino, uid = OWNER, gid = OWNER } = {}) =>
    ["code", server, user, inode, uid, gid].join(":");

  /** The engine's own script in a mount namespace of its own, where the host engine has mounted the folder; then `script`. */
  const engine = (entries: string[], script: string, before = ""): Promise<Result> => {
    const read = [
      `set -u; umask 022; . ${ENGINE}/common.sh; . ${ENGINE}/folders.sh`,
      `lib=${tools} lent=${folder}/lent folders=${folder}/run; mount_hint() { echo hint; }`,
      `FOLDERS="${entries.join(" ")}"; mount --bind ${code} ${code}; ${before}`,
      // As a container has it: dockerd, which is root, mounts it from there.
      `lend_folders; cd ${folder}; for to in run/*/code; do`,
      `  server=$(basename "$(dirname "$to")"); [ ! -d "$to" ] || { mkdir $server; mount --rbind $to $server; }; done`,
      script,
    ];
    return run("unshare", ["-m", "sh", "-c", read.join("\n")], { timeout: 20_000 });
  };
  /** As a server runs: a user of its own, no capability. */
  const as = (user: number, script: string) =>
    `setpriv --reuid ${user} --regid ${user} --clear-groups --bounding-set=-all --no-new-privs sh -c '${script}' 2>&1;`;

  it("whose files the server reads and writes as its own, and which stay the owner's on disk", async () => {
    const { stdout } = await engine(
      [entry("files", SERVER)],
      as(SERVER, "cat files/mine.txt; echo; echo new >files/new.txt && stat -c %u:%g files/new.txt"),
    );
    assert.equal(stdout, `mine.txt\n${SERVER}:${SERVER}\n`);
    const { uid, gid } = lstatSync(join(code, "new.txt"));
    assert.deepEqual([uid, gid], [OWNER, OWNER]);
  });

  it("without other people's files in it: they are nobody's, and nobody writes them", async () => {
    const { stdout } = await engine(
      [entry("files", SERVER)],
      as(SERVER, "stat -c %u files/roots.txt; echo x >>files/roots.txt || echo refused"),
    );
    assert.match(stdout, /^65534\n.*Permission denied\nrefused\n$/s);
    assert.equal(readFileSync(join(code, "roots.txt"), "utf8"), "roots.txt");
  });

  it("to each server by a mount of its own, which no other server's user enters", async () => {
    const both = [entry("files", SERVER), entry("git", OTHER)];
    const read = (user: number) => as(user, "cat files/mine.txt || echo no; cat git/mine.txt || echo no");
    const { stdout } = await engine(both, `${read(SERVER)} echo; ${read(OTHER)}`);
    assert.match(stdout, /^mine\.txt.*denied\nno\n\n.*denied\nno\nmine\.txt$/s);
  });

  it("read-only, where the host engine mounted it so", async () => {
    const { stdout } = await engine(
      [entry("files", SERVER)],
      as(SERVER, "cat files/mine.txt; echo x >files/mine.txt || echo refused"),
      `mount -o remount,bind,ro ${code};`,
    );
    assert.match(stdout, /^mine\.txt.*Read-only file system\nrefused\n$/s);
  });

  it("with no device, no privilege of a file's owner and no link out of it", async () => {
    const { stdout } = await engine(
      [entry("files", SERVER)],
      [
        as(SERVER, "echo x >files/null || echo no-device; mknod files/zero c 1 5 || echo no-mknod"),
        as(SERVER, `ln files/mine.txt ${folder}/out || echo no-link`),
        // As root of the engine, which has every capability: the flags are the mount's.
        `setpriv --reuid ${OTHER} files/suid -p -c 'id -u'; grep ' ${folder}/files ' /proc/self/mounts`,
      ].join("\n"),
      `cd ${code}; cp /bin/sh suid; mknod -m 0666 null c 1 3; chown ${OWNER} suid null; chmod 4755 suid .;`,
    );
    for (const line of [/Permission denied\nno-device\n/, /no-mknod\n/, /no-link\n/, new RegExp(`^${OTHER}$`, "m")])
      assert.match(stdout, line);
    assert.match(stdout, / rw,nosuid,nodev,/);
  });

  it("without what is mounted below it", async () => {
    mkdirSync(join(code, "below"));
    const { stdout } = await engine(
      [entry("files", SERVER)],
      "ls files/below",
      `mount -t tmpfs none ${code}/below; touch ${code}/below/seen;`,
    );
    assert.equal(stdout, "");
  });

  it("and keeps no other view of it, and dockerd makes no folder in the place of one", async () => {
    const { stdout } = await engine(
      [entry("files", SERVER)],
      [
        `grep -c ${code} /proc/self/mounts; mkdir run/git 2>&1 || echo refused; stat -f -c %T run`,
        as(SERVER, "ls run || echo closed"),
      ].join("\n"),
    );
    assert.match(stdout, /^0\n.*Read-only file system\nrefused\ntmpfs\n.*closed\n$/s);
  });

  const others: [string, Parameters<typeof entry>[2], RegExp][] = [
    ["is another folder by now", { inode: 1 }, /another folder than the one that was lent: inode \d+ of 4711:4711/],
    ["is another user's by now", { uid: 1_000 }, /another folder than the one that was lent: .* expected \d+ of 1000:/],
    ["is another group's by now", { gid: 0 }, /another folder than the one that was lent: .* of 4711:0;/],
  ];
  for (const [what, identity, reason] of others) {
    it(`not when it ${what}, and says so; other servers get theirs`, async () => {
      const both = [entry("git", OTHER, identity), entry("files", SERVER)];
      const { stdout, stderr } = await engine(both, "ls -d run/git/code run/files/code 2>&1");
      assert.match(stderr, /^dind-mcp engine: the folder code is not lent to git: /);
      assert.match(stderr, reason);
      assert.match(stdout, /cannot access 'run\/git\/code'.*\nrun\/files\/code\n$/s);
    });
  }

  it("not from a file system that cannot map owners, and says which can", async () => {
    const { stderr } = await engine(
      [],
      "",
      [
        `mkdir -p ${folder}/upper ${folder}/work ${folder}/lower; chown ${OWNER}:${OWNER} ${folder}/upper`,
        `mount -t overlay none -o lowerdir=${folder}/lower,upperdir=${folder}/upper,workdir=${folder}/work ${code}`,
        `FOLDERS=code:files:${SERVER}:$(stat -c %i:%u:%g ${code});`,
      ].join("\n"),
    );
    assert.match(
      stderr,
      /the folder code is not lent to files: its file system cannot map owners \(ext4, xfs and btrfs/,
    );
  });

  it("nothing at all, where the config lends nothing", async () => {
    const { stdout, code: exit } = await engine([], "", `lend_folders; ls ${folder}; exit 0;`);
    assert.deepEqual([exit, stdout], [0, "lent\n"]);
  });
});
