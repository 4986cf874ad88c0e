import { bad, type Cases, envs, one, port, volume } from "./case";
import { container, type Given, LATER } from "./resources";

/** A container that mounts a path of its host. */
const bind = (hostPath: string): Given => container({ volumes: [{ hostPath, containerPath: "/x" }] });
const bindVolume = (o: string, device = "/srv"): Given => volume({ driverOpts: { type: "none", o, device } });
const options = (...securityOpts: (string | symbol)[]): Given =>
  container({ securityOpts: ["no-new-privileges:true", ...securityOpts] });
const run = (...command: string[]): Given => container({ command });
const provider = (props: Record<string, unknown>): Given => ({ type: "pulumi:providers:docker", props, host: null });
/** ... ways around the walls, and what only looks like one. */
export const HARD_CASES: Record<string, Cases> = {
  capabilities: {
    passes: [one("drops not known yet, one of them", container({ capabilities: { drops: [LATER] } }))],
    fails: [bad("all of them", /adds all/, container({ capabilities: { drops: ["ALL"], adds: ["all"] } }))],
  },
  "no-new-privileges": {
    passes: [one("one not known yet", container({ securityOpts: [LATER] }))],
    fails: [bad("on, then off: Docker takes the last", /no-new-privileges=false/, options("no-new-privileges=false"))],
  },
  "security-profiles": {
    passes: [
      one("a profile that allows what it names", options('seccomp={"defaultAction":"SCMP_ACT_ERRNO","syscalls":[]}')),
      one("another type of SELinux", options("label=type:mcp_t")),
    ],
    fails: [
      bad(
        "a profile that allows all",
        /allows what it does not name/,
        options('seccomp={"defaultAction": "SCMP_ACT_ALLOW"}'),
      ),
      bad("SELinux's type for the host", /spc_t/, options("label=type:spc_t")),
      bad("the same, the old way", /unconfined_t/, options("label:type:unconfined_t")),
      bad("the kernel's files", /systempaths/, options("systempaths=unconfined")),
    ],
  },
  "resource-limits": {
    passes: [
      one("one of them not known yet", container({ ulimits: [LATER], cpus: undefined, cpuQuota: LATER })),
      one("swap, which Docker bounds by itself", container({ memorySwap: undefined })),
      one("many processes its config allows", container({ ulimits: [{ name: "nproc", hard: 50_000 }] }), {
        maximumProcesses: 50_000,
      }),
    ],
    fails: [
      bad("memory below nothing", /memory has no limit/, container({ memory: -1 })),
      bad("no processor", /cpus has no limit/, container({ cpus: "0.0" })),
      bad("no quota", /cpus has no limit/, container({ cpus: undefined, cpuQuota: -1 })),
      bad(
        "any number of processes",
        /nproc is 1000000, expected 32768/,
        container({ ulimits: [{ name: "nproc", hard: 1e6 }] }),
      ),
      bad("root, whom nproc does not bind", /does not bind root/, container({ user: "0:0" })),
    ],
  },
  "no-host-namespaces": {
    passes: [
      one("left empty, as YAML does", container({ pidMode: null, networkMode: "", networksAdvanced: [{ name: "n" }] })),
    ],
    fails: [
      ...["networkMode", "pidMode", "ipcMode"].map((mode) =>
        bad(`${mode} of another`, /another container/, container({ [mode]: "container:abc" })),
      ),
      bad("as one of its networks", /networksAdvanced/, container({ networksAdvanced: [{ name: "host" }] })),
    ],
  },
  "no-host-devices": {
    passes: [
      one("GPUs its config allows", container({ gpus: "all" }), { allowed: { "mcp-good": ["gpus"] } }),
      one("no request", container({ deviceRequests: [], gpus: "" })),
    ],
    fails: [
      bad("GPUs", /has gpus/, container({ gpus: "all" })),
      bad("by request", /has deviceRequests/, container({ deviceRequests: [{ count: -1 }] })),
      bad("by rule", /has deviceCgroupRules/, container({ deviceCgroupRules: ["a *:* rwm"] })),
    ],
  },
  "no-engine-socket": {
    passes: [
      one("a folder of a user", bind("/home/u/notes")),
      one("a sound socket", bind("/run/user/1000/pulse")),
      one("a tmpfs over /run", container({ mounts: [{ type: "tmpfs", target: "/run" }], volumes: [null] })),
      one(
        "a share of the network",
        volume({ driverOpts: { type: "nfs", o: "addr=10.0.0.1,rw", device: ":/srv/data" } }),
      ),
      one("options left empty, and not known yet", volume({ driverOpts: null })),
      one("... options not known yet", volume({ driverOpts: LATER })),
    ],
    fails: [
      ...[
        "/proc/1/root/run/docker.sock",
        "/proc/42/root",
        "/etc",
        "/run/user/1000/docker.sock",
        "/run/user/1000",
        "/home/u",
        "/home/u/.docker/run/docker.sock",
        "/home/u/.local/share/docker",
        "/var/snap/docker/common/run/docker.sock",
        "/run/crio/crio.sock",
        "/run/buildkit",
        "/srv/docker-proxy.sock",
        "//var/run/docker.sock",
        "//./pipe/docker_engine",
      ].map((path) => bad(path, /shows an engine/, bind(path))),
      bad("as a volume's name", /docker\.sock/, container({ volumes: [{ volumeName: "/var/run/docker.sock" }] })),
      bad("as an rbind", /\/run,/, bindVolume("rbind", "/run")),
      bad(
        "under an overlay",
        /var\/lib\/docker/,
        bindVolume("lowerdir=/var/lib/docker,upperdir=/a,workdir=/b", "overlay"),
      ),
      bad(
        "by a volume that the mount makes",
        /var\/run/,
        container({ mounts: [{ source: "v", volumeOptions: { driverOptions: { o: "bind", device: "/var/run" } } }] }),
      ),
      bad("all that another has", /fromContainer/, container({ volumes: [{ fromContainer: "mcp-orchestrator" }] })),
    ],
  },
  "loopback-ports": {
    passes: [],
    fails: [
      bad("no address, as text", /port 80 is published on/, port("")),
      bad("every address of IPv6", /on ::,/, port("::")),
      bad("of IPv4 in IPv6", /::ffff:10\.0\.0\.1/, port("::ffff:10.0.0.1")),
      bad("on another machine, by ssh", /0\.0\.0\.0/, port("0.0.0.0", 80, { host: "ssh://root@server" })),
    ],
  },
  "docker-api-auth": {
    passes: [
      one("a header", run("curl", "-H", "X-A: b", "https://example.org")),
      one("a client with TLS", run("docker", "-H", "tcp://x:2376", "--tlsverify", "ps")),
      one("a socket", run("dockerd", "-H", "unix:///run/docker.sock", "--host=fd://")),
      one("DOCKER_HOST with TLS", envs("DOCKER_HOST=tcp://engine:2376", "DOCKER_TLS_VERIFY=1")),
      one("... where that is not known yet", envs("DOCKER_HOST=tcp://engine:2376", LATER)),
      one(
        "a configuration with TLS",
        container({ uploads: [{ file: "/d.json", content: '{"hosts":["tcp://0"],"tlsverify":true}' }] }),
      ),
    ],
    fails: [
      bad("without a space", /--tlsverify/, run("dockerd", "-Htcp://0.0.0.0:2376")),
      bad("without a scheme", /--tlsverify/, run("/usr/bin/dockerd", "--host", ":2376")),
      bad("in a shell", /--tlsverify/, run("sh", "-c", "dockerd -H 'tcp://0.0.0.0:2376'")),
      bad("TLS that verifies nobody", /--tlsverify/, run("dockerd", "--host=tcp://0.0.0.0:1", "--tls")),
      bad("verification switched off", /--tlsverify/, run("dockerd", "--host=tcp://0.0.0.0:1", "--tlsverify=false")),
      bad("what the image executes", /--tlsverify/, container({ image: "docker:dind", command: ["-H", "0.0.0.0:1"] })),
      bad("a client", /DOCKER_HOST/, envs("DOCKER_HOST=tcp://engine:2375")),
      bad("a variable taken away", /DOCKER_TLS_CERTDIR/, envs("DOCKER_TLS_CERTDIR")),
      bad(
        "by daemon.json",
        /daemon\.json/,
        container({ uploads: [{ file: "/etc/docker/daemon.json", content: '{"hosts": ["tcp://0.0.0.0:2375"]}' }] }),
      ),
      bad(
        "a provider with an authority alone",
        /client certificate/,
        provider({ host: "tcp://x:2376", caMaterial: "x" }),
      ),
    ],
  },
};
