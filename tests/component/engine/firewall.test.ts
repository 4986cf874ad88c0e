import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Result, run } from "../../support/fleet/command";

const ENGINE = join(__dirname, "../../../images/engine");

/** What iptables says where a kernel module is missing. */
const REFUSAL = "RULE_APPEND failed (No such file or directory)";

/** Whatever is asked, as a shell's pattern. */
const ALL = "*";

describe("the engine's firewall", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dind-mcp-component-"));
    mkdirSync(join(folder, "bin"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A shell that has read the engine's scripts, as its entrypoint has. */
  const shell = (script: string, before: string[] = []): Promise<Result> => {
    const read = `. ${ENGINE}/common.sh; . ${ENGINE}/firewall.sh; state=${folder}/state; ${script}`;
    const env = { PATH: `${folder}/bin:${process.env.PATH}` };
    const [command = "sh", ...rest] = [...before, "sh", "-c", read];
    return run(command, rest, { env, timeout: 20_000 });
  };

  describe("takes the kind of iptables that takes rules", () => {
    /** Stands for one kind of iptables: refuses what matches a shell's pattern, and writes down the rest. */
    const kind = (name: string, ...refuses: string[]) => {
      const refuse = refuses.map((pattern) => `case " $* " in ${pattern}) echo "${REFUSAL}" >&2; exit 4 ;; esac\n`);
      const text = `#!/bin/sh\n${refuse.join("")}echo "${name} $*" >>${folder}/done\n`;
      writeFileSync(join(folder, "bin", name), text, { mode: 0o755 });
    };
    /** Chooses, sets a rule, and says which kind took it. */
    const chosen = async () => {
      const { code, stdout, stderr } = await shell(
        `choose_iptables; rule -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT; tail -n 1 ${folder}/done`,
      );
      return code === 0 ? stdout.split(" ")[0] : `${code}: ${stderr}`;
    };

    const missing: [string, string[]][] = [
      ["no rule at all", ['*" -A "*']],
      ["no chain of its own", ['*" -N "*']],
      ["no match on connections", ["*conntrack*"]],
      ["no reset as a refusal", ["*tcp-reset*"]],
      ["no table of addresses", ['*" -t nat "*']],
      ["no rule in the table of addresses", ['*" -t nat -A "*']],
      ["no masquerading", ["*MASQUERADE*"]],
      ["not even a list", [ALL]],
    ];
    for (const [what, refuses] of missing) {
      it(`legacy where nftables takes ${what}, whatever it lists`, async () => {
        kind("iptables", ...refuses);
        kind("iptables-legacy");
        assert.equal(await chosen(), "iptables-legacy");
      });
    }

    it("nftables where legacy is the default and takes nothing", async () => {
      kind("iptables", ALL);
      kind("iptables-legacy", ALL);
      kind("iptables-nft");
      assert.equal(await chosen(), "iptables-nft");
    });

    it("the default where it works, whatever else there is", async () => {
      for (const name of ["iptables", "iptables-legacy", "iptables-nft"]) kind(name);
      assert.equal(await chosen(), "iptables");
    });

    it("for dockerd too, which looks for it on PATH; with the programs that belong to it", async () => {
      kind("iptables", '*" -A "*');
      for (const name of ["iptables-legacy", "ip6tables-legacy", "iptables-legacy-save", "iptables-legacy-restore"])
        kind(name);
      const tools = "iptables ip6tables iptables-save iptables-restore";
      const { stdout } = await shell(
        `choose_iptables; env | grep -q "^PATH=$state/bin:" && for tool in ${tools}; do readlink "$(command -v $tool)"; done`,
      );
      assert.deepEqual(
        stdout.trim().split("\n"),
        ["iptables-legacy", "ip6tables-legacy", "iptables-legacy-save", "iptables-legacy-restore"].map((name) =>
          join(folder, "bin", name),
        ),
      );
    });

    it("and where none does, ends with 24 and with what each has said", async () => {
      for (const name of ["iptables", "iptables-legacy", "iptables-nft"]) kind(name, '*" -A "*');
      const said = await chosen();
      assert.match(
        said ?? "",
        /^24: dind-mcp engine: iptables does not work here.*host's kernel needs nf_tables or ip_tables/,
      );
      for (const name of ["iptables", "iptables-legacy", "iptables-nft"])
        assert.ok(said?.includes(`${name} says: ${REFUSAL}`), said);
    });
  });

  it("gives the networks inside the MTU of the outer side where the kernel cannot fit segments, and only there", async () => {
    writeFileSync(join(folder, "bin/dockerd"), "#!/bin/sh\necho '  --default-network-opt mapmap'\n", { mode: 0o755 });
    /** What dockerd is told, with an outer interface of this MTU. */
    const told = async (mtu: number) => {
      const outer = `mount -t sysfs sysfs /sys && ip link add eth0 mtu ${mtu} type veth peer name other && mkdir -p $state`;
      const { code, stdout, stderr } = await shell(`${outer} && fit_segments && mtu_flags`, [
        "unshare",
        "--net",
        "--mount",
      ]);
      assert.equal(code, 0, stderr);
      rmSync(join(folder, "state"), { recursive: true });
      return stdout;
    };
    assert.equal(await told(1400), "", "the kernel can");
    writeFileSync(join(folder, "bin/iptables"), '#!/bin/sh\ncase "$*" in *TCPMSS*) exit 2 ;; esac\n', { mode: 0o755 });
    assert.equal(await told(1400), "--mtu 1400\n--default-network-opt bridge=com.docker.network.driver.mtu=1400\n");
    assert.equal(await told(1500), "");
    writeFileSync(join(folder, "bin/dockerd"), "#!/bin/sh\n", { mode: 0o755 });
    assert.equal(await told(1400), "--mtu 1400\n", "Docker before 24");
  });

  it("lets the named subnets reach private addresses, some at named ports only, and those no metadata", async () => {
    const script = "protect_neighbours '' 10.214.0.35/32,10.214.0.34/32:5432; iptables -w -S DOCKER-USER";
    const { code, stdout, stderr } = await shell(`choose_iptables; refuse_at_once; ${script}`, ["unshare", "--net"]);
    assert.equal(code, 0, stderr);
    const named = stdout.split("\n").filter((line) => /-s 10\.214/.test(line));
    assert.deepEqual(named, [
      "-A DOCKER-USER -s 10.214.0.35/32 -o eth+ -j RETURN",
      "-A DOCKER-USER -s 10.214.0.34/32 -d 169.254.0.0/16 -o eth+ -j ENGINE-REFUSE",
      "-A DOCKER-USER -s 10.214.0.34/32 -o eth+ -p tcp -m tcp --dport 5432 -j RETURN",
    ]);
  });

  it("keeps containers inside from the published ones, but for those that are named", async () => {
    const script =
      "publish_ports 10.214.0.18:18080,10.214.0.19:8500 10.214.0.18=10.214.0.19:8500; iptables -w -S ENGINE-PUBLISHED";
    const { code, stdout, stderr } = await shell(`choose_iptables; refuse_at_once; rule -N DOCKER-USER; ${script}`, [
      "unshare",
      "--net",
    ]);
    assert.equal(code, 0, stderr);
    const inside = stdout.split("\n").filter((line) => line.startsWith("-A") && !/-i eth\+ ! -o|-o eth\+/.test(line));
    const words = (line: string) => line.replace(/ -m (tcp|conntrack)|\/32/g, "");
    assert.deepEqual(inside.map(words), [
      "-A ENGINE-PUBLISHED -s 10.214.0.18 -d 10.214.0.19 ! -i eth+ -p tcp --dport 8500 -j ACCEPT",
      "-A ENGINE-PUBLISHED -s 10.214.0.19 -d 10.214.0.18 ! -i eth+ -p tcp --sport 8500 --ctstate ESTABLISHED -j ACCEPT",
      "-A ENGINE-PUBLISHED ! -s 10.214.0.18 -d 10.214.0.18 ! -i eth+ -j ENGINE-REFUSE",
      "-A ENGINE-PUBLISHED ! -s 10.214.0.19 -d 10.214.0.19 ! -i eth+ -j ENGINE-REFUSE",
    ]);
  });

  it("lets a subnet without a way out reach the addresses and the port that are named for it, and no metadata", async () => {
    const to = "10.214.0.18/32=192.168.1.5/32:8500,10.214.0.18/32=0.0.0.0/0:443";
    const script = `protect_neighbours 10.214.0.16/28 '' ${to}; iptables -w -S DOCKER-USER`;
    const { code, stdout, stderr } = await shell(`choose_iptables; refuse_at_once; ${script}`, ["unshare", "--net"]);
    assert.equal(code, 0, stderr);
    const named = stdout.split("\n").filter((line) => /-s 10\.214/.test(line));
    const noMetadata = "-A DOCKER-USER -s 10.214.0.18/32 -d 169.254.0.0/16 -o eth+ -j ENGINE-REFUSE";
    assert.deepEqual(named, [
      noMetadata,
      "-A DOCKER-USER -s 10.214.0.18/32 -d 192.168.1.5/32 -o eth+ -p tcp -m tcp --dport 8500 -j RETURN",
      noMetadata,
      "-A DOCKER-USER -s 10.214.0.18/32 -o eth+ -p tcp -m tcp --dport 443 -j RETURN",
      "-A DOCKER-USER -s 10.214.0.16/28 -o eth+ -j ENGINE-REFUSE",
    ]);
  });

  it("opens that way to connections, and no other: another port, another address, another container", async () => {
    // Three machines: what is outside, the engine (this shell), and a container inside that has two addresses.
    const listen = `const port = process.argv[2];
      const ready = () => require("fs").writeFileSync("${folder}/listens-" + port, "");
      require("net").createServer((socket) => socket.end()).listen(port, ready);`;
    const connect = `const [from, host, port] = process.argv.slice(2);
      const told = (word) => { console.log(word); process.exit(); };
      const socket = require("net").connect({ host, port, localAddress: from });
      socket.on("connect", () => told("open")).on("error", ({ code }) => told(code));`;
    writeFileSync(join(folder, "listen.js"), listen);
    writeFileSync(join(folder, "connect.js"), connect);
    const world = `
      ip link set lo up; echo 1 >/proc/sys/net/ipv4/ip_forward
      for name in outside inside; do
        unshare --net sleep 60 & eval "$name=$!"
        until [ "$(readlink /proc/$!/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
      done
      trap 'kill $outside $inside' EXIT
      ip link add eth0 type veth peer name eth0 netns $outside && ip link add br0 type veth peer name eth0 netns $inside
      ip addr add 192.168.1.1/24 dev eth0 && ip addr add 10.214.0.17/28 dev br0 && ip link set eth0 up && ip link set br0 up
      at() { nsenter --target $1 --net sh -c "$2"; }
      at $outside "ip link set lo up; ip link set eth0 up; ip addr add 192.168.1.5/24 dev eth0; ip addr add 192.168.1.6/24 dev eth0; ip route add default via 192.168.1.1"
      at $inside "ip link set eth0 up; ip addr add 10.214.0.18/28 dev eth0; ip addr add 10.214.0.19/28 dev eth0; ip route add default via 10.214.0.17"
      for port in 8500 8501; do at $outside "exec ${process.execPath} ${folder}/listen.js $port" & done
      choose_iptables; refuse_at_once; protect_neighbours 10.214.0.16/28 '' 10.214.0.18/32=192.168.1.5/32:8500
      iptables -w -A FORWARD -j DOCKER-USER
      until [ -e ${folder}/listens-8500 ] && [ -e ${folder}/listens-8501 ]; do sleep 0.05; done
      for way in 10.214.0.18:192.168.1.5:8500 10.214.0.18:192.168.1.5:8501 10.214.0.18:192.168.1.6:8500 10.214.0.19:192.168.1.5:8500; do
        IFS=: read from host port <<END
$way
END
        at $inside "${process.execPath} ${folder}/connect.js $from $host $port"
      done`;
    const { code, stdout, stderr } = await shell(world, [
      "unshare",
      "--net",
      "--mount",
      "--pid",
      "--fork",
      "--mount-proc",
    ]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(stdout.trim().split("\n"), ["open", "ECONNREFUSED", "ECONNREFUSED", "ECONNREFUSED"]);
  });

  it("leaves nothing of the trial behind, with the machine's own iptables", async () => {
    const script = "choose_iptables; iptables -w -S; iptables -w -t nat -S";
    const { code, stdout, stderr } = await shell(script, ["unshare", "--net"]);
    assert.equal(code, 0, stderr);
    const policies = ["INPUT", "FORWARD", "OUTPUT", "PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"];
    assert.deepEqual(
      stdout
        .trim()
        .split("\n")
        .filter((line) => !line.startsWith("#")),
      policies.map((chain) => `-P ${chain} ACCEPT`),
    );
  });
});
