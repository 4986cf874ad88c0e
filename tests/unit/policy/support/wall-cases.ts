import { bad, type Cases, envs, neverStarted, one, port, volume } from "./case";
import { container, type Given, INNER, LATER, withRole } from "./resources";

const provider = (props: Record<string, unknown>): Given => ({ type: "pulumi:providers:docker", props, host: null });

/** For each policy on what a container may, what it lets pass and what it finds ... */
export const WALL_CASES: Record<string, Cases> = {
  "no-privileged": {
    passes: [one("a container", container()), one("said to be none", container({ privileged: false }))],
    fails: [bad("privileged", /mcp-good: privileged is true\. To fix: /, container({ privileged: true }))],
  },
  capabilities: {
    passes: [
      one("none", container()),
      one("not known yet", container({ capabilities: LATER })),
      one("the engine's written set", withRole("engine", { capabilities: { drops: ["ALL"], adds: ["SYS_ADMIN"] } })),
      one("one its config allows", container({ capabilities: { drops: ["all"], adds: ["CAP_NET_RAW"] } }), {
        allowed: { "mcp-good": ["net_raw"] },
      }),
    ],
    fails: [
      bad("nothing dropped", /drops does not hold ALL/, container({ capabilities: undefined })),
      bad("one too many", /adds NET_RAW/, container({ capabilities: { drops: ["ALL"], adds: ["NET_RAW"] } })),
      bad(
        "one the engine has no reason for",
        /adds SYS_MODULE/,
        withRole("engine", { capabilities: { drops: ["ALL"], adds: ["SYS_ADMIN", "SYS_MODULE"] } }),
      ),
      bad(
        "what says it is the engine, inside the engine",
        /adds SYS_ADMIN/,
        withRole("engine", { capabilities: { drops: ["ALL"], adds: ["SYS_ADMIN"] } }, { host: INNER }),
      ),
    ],
  },
  "no-new-privileges": {
    passes: [
      one("set", container()),
      one("set in the short form", container({ securityOpts: ["no-new-privileges"] })),
      one("the engine", withRole("engine", { securityOpts: [] })),
      one("a container that is never started", withRole("volume-files", neverStarted)),
    ],
    fails: [
      bad("not set", /no no-new-privileges/, container({ securityOpts: undefined })),
      bad("switched off", /has no-new-privileges:false/, container({ securityOpts: ["no-new-privileges:false"] })),
      bad("a carrier that is started", /no no-new-privileges/, withRole("volume-files", { securityOpts: [] })),
    ],
  },
  "security-profiles": {
    passes: [
      one("a profile of its own", container({ securityOpts: ['seccomp={"a":1}', "apparmor=mine"] })),
      one("the engine's AppArmor", withRole("engine", { securityOpts: ["apparmor=unconfined"] })),
    ],
    fails: [
      bad("no seccomp", /seccomp=unconfined/, container({ securityOpts: ["seccomp=unconfined"] })),
      bad("no AppArmor", /apparmor:unconfined/, container({ securityOpts: ["apparmor:unconfined"] })),
      bad("no SELinux", /label=disable/, container({ securityOpts: ["label=disable"] })),
    ],
  },
  "read-only-root": {
    passes: [
      one("read-only", container()),
      one("not known yet", container({ readOnly: LATER })),
      one("never started", withRole("volume-files", neverStarted)),
    ],
    fails: [
      bad("writable", /readOnly is not true/, container({ readOnly: false })),
      bad("not said, in the engine too", /readOnly is not true/, withRole("engine", { readOnly: undefined })),
    ],
  },
  "resource-limits": {
    passes: [
      one("all three", container()),
      one("processor time by quota", container({ cpus: undefined, cpuQuota: 50_000 })),
      one("processes by a cgroup", container({ ulimits: undefined, cgroupParent: "mcp.slice" })),
      one("not known yet", container({ memory: LATER, cpus: LATER, ulimits: LATER })),
      one("the engine", withRole("engine", { memory: undefined, cpus: undefined, ulimits: undefined })),
    ],
    fails: [
      bad("no memory", /memory has no limit/, container({ memory: undefined })),
      bad("unlimited swap", /memorySwap is -1/, container({ memorySwap: -1 })),
      bad("no processors", /cpus has no limit/, container({ cpus: undefined })),
      bad("no processes", /processes have no limit/, container({ ulimits: [{ name: "nofile", hard: 9 }] })),
      bad("unlimited processes", /processes have no limit/, container({ ulimits: [{ name: "nproc", hard: -1 }] })),
      bad(
        "several at once",
        /memory has no limit; cpus has no limit; processes/,
        container({ memory: 0, cpus: "", ulimits: [] }),
      ),
    ],
  },
  "no-host-namespaces": {
    passes: [one("its own", container({ cgroupnsMode: "private", networkMode: "mcp-net", ipcMode: "private" }))],
    fails: ["networkMode", "pidMode", "ipcMode", "usernsMode", "cgroupnsMode"].map((mode) =>
      bad(mode, new RegExp(`${mode} is host`), container({ [mode]: "host" })),
    ),
  },
  "no-host-devices": {
    passes: [
      one("none", container()),
      one("one its config allows", container({ devices: [{ hostPath: "/dev/kvm" }] }), {
        allowed: { "mcp-good": ["/dev/kvm"] },
      }),
    ],
    fails: [bad("a disk", /device \/dev\/sda/, container({ devices: [{ hostPath: "/dev/sda" }] }))],
  },
  "no-engine-socket": {
    passes: [
      one("another folder", container({ volumes: [{ hostPath: "/srv/mcp/workspace" }, { volumeName: "v" }] })),
      one("a folder whose name begins alike", container({ volumes: [{ hostPath: "/var/lib/docker-notes" }] })),
      one(
        "the orchestrator's",
        withRole("orchestrator", { volumes: [{ hostPath: "/run/dind-mcp-api" }] }, { host: INNER }),
      ),
      one("a volume that binds another folder", volume({ driverOpts: { type: "none", o: "bind", device: "/srv" } })),
    ],
    fails: [
      bad("the socket", /\/var\/run\/docker\.sock/, container({ volumes: [{ hostPath: "/var/run/docker.sock" }] })),
      bad("the folder it is in", /mounts \/run,/, container({ volumes: [{ hostPath: "/run" }] })),
      bad("everything", /mounts \/,/, container({ volumes: [{ hostPath: "/" }] })),
      bad("by a detour", /mounts/, container({ volumes: [{ hostPath: "/srv/../var/run//docker.sock" }] })),
      bad("by mounts", /containerd/, container({ mounts: [{ type: "bind", source: "/run/containerd" }] })),
      bad("by a volume", /var\/run/, volume({ driverOpts: { type: "none", o: "rw,bind", device: "/var/run" } })),
      bad("the volumes of all", /var\/lib/, container({ volumes: [{ hostPath: "/var/lib/docker/volumes" }] })),
      bad(
        "what says it is the orchestrator, on the host",
        /mounts/,
        withRole("orchestrator", { volumes: [{ hostPath: "/var/run/docker.sock" }] }),
      ),
    ],
  },
  "loopback-ports": {
    passes: [
      one("loopback", port("127.0.0.9")),
      one("loopback of IPv6", port("::1")),
      one("not known yet", container({ ports: [{ internal: 1, external: 1, ip: LATER }] })),
      one("inside the engine", port("0.0.0.0", 80, { host: INNER })),
      one("an allowed address", port("10.1.2.3"), { allowedAddresses: ["10.1.0.0/16"] }),
    ],
    fails: [
      bad("every address", /port 80 is published on 0\.0\.0\.0/, port("0.0.0.0")),
      bad("no address said", /port 80 is published on 0\.0\.0\.0/, port(undefined)),
      bad("another than is allowed", /10\.2\.0\.1/, port("10.2.0.1"), { allowedAddresses: ["10.1.0.0/16"] }),
      bad("all of them", /publishAllPorts/, container({ publishAllPorts: true })),
    ],
  },
  "docker-api-auth": {
    passes: [
      one("mutual TLS", container({ command: ["dockerd", "--host=tcp://0.0.0.0:2376", "--tlsverify"] })),
      one("a subset", container({ labels: [{ label: "dind-mcp.docker-api", value: "read-only" }] })),
      one("a provider with a certificate", provider({ host: INNER, certMaterial: LATER })),
      one("a provider on a socket", provider({ host: "unix:///var/run/docker.sock" })),
      one("a provider not known yet", provider({ host: LATER })),
    ],
    fails: [
      bad("the port without TLS", /2375/, container({ ports: [{ internal: 2375, external: 9, ip: "127.0.0.1" }] })),
      bad("TLS switched off", /DOCKER_TLS_CERTDIR/, envs("DOCKER_TLS_CERTDIR=")),
      bad(
        "dockerd on tcp",
        /on tcp without --tlsverify/,
        container({ command: ["dockerd", "-H", "tcp://0.0.0.0:1234"] }),
      ),
      bad("handed on", /whole Docker API/, container({ labels: [{ label: "dind-mcp.docker-api", value: "full" }] })),
      bad("a provider without", /client certificate/, provider({ host: "tcp://127.0.0.1:2375" })),
    ],
  },
};
