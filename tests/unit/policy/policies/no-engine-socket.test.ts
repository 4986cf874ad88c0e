import { bad, one, volume } from "../../../support/policy/case";
import { container, type Given, INNER, LATER, withRole } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

/** A container that mounts a path of its host. */
const bind = (hostPath: string): Given => container({ volumes: [{ hostPath, containerPath: "/x" }] });
const bindVolume = (o: string, device = "/srv"): Given => volume({ driverOpts: { type: "none", o, device } });
testPolicy("no-engine-socket", {
  passes: [
    one("another folder", container({ volumes: [{ hostPath: "/srv/mcp/workspace" }, { volumeName: "v" }] })),
    one("a folder whose name begins alike", container({ volumes: [{ hostPath: "/var/lib/docker-notes" }] })),
    one(
      "the orchestrator's",
      withRole("orchestrator", { volumes: [{ hostPath: "/run/dind-mcp-api" }] }, { host: INNER }),
    ),
    one("a volume that binds another folder", volume({ driverOpts: { type: "none", o: "bind", device: "/srv" } })),
    one("a folder of a user", bind("/home/u/notes")),
    one("a sound socket", bind("/run/user/1000/pulse")),
    one("a tmpfs over /run", container({ mounts: [{ type: "tmpfs", target: "/run" }], volumes: [null] })),
    one("a share of the network", volume({ driverOpts: { type: "nfs", o: "addr=10.0.0.1,rw", device: ":/srv/data" } })),
    one("options left empty, and not known yet", volume({ driverOpts: null })),
    one("... options not known yet", volume({ driverOpts: LATER })),
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
});
