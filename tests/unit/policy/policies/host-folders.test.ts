import { Label } from "../../../../manifest/container/labels";
import { bad, one } from "../../../support/policy/case";
import { container, type Given, INNER, withRole } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

const code = { hostPath: "/home/u/code", containerPath: "/srv/mcp/folders/code" };
const envs = ["API_GROUP=1", "FOLDERS=code:files:11001:42:1000:1000 docs:git:11002:43:1000:1000"];
/** A server in the engine that mounts a path there. */
const inside = (hostPath: string): Given =>
  container({ labels: [{ label: Label.Server, value: "files" }], volumes: [{ hostPath }] }, { host: INNER });

testPolicy("host-folders", {
  passes: [
    one("no folder", container({ volumes: [{ volumeName: "v", containerPath: "/v" }] })),
    one("the engine's, which the config lends", withRole("engine", { envs, volumes: [code] })),
    one("one that the policy allows", container({ volumes: [code] }), { allowed: { "mcp-good": ["/home/u/code"] } }),
    one("a server's own", inside("/run/dind-mcp-folders/files/code")),
    one("another folder of the engine", inside("/srv/mcp/workspace")),
  ],
  fails: [
    bad("on the host", /mounts \/home\/u\/code of the host/, container({ volumes: [code] })),
    bad("by mounts", /mounts \/srv\/x of/, container({ mounts: [{ type: "bind", source: "/srv/x" }] })),
    bad("the engine's, which nobody lends", /mounts/, withRole("engine", { envs: ["FOLDERS="], volumes: [code] })),
    bad(
      "the engine's, in another place",
      /mounts/,
      withRole("engine", { envs, volumes: [{ ...code, containerPath: "/mnt" }] }),
    ),
    bad("the engine's, of another name", /mounts \/etc\/x of/, {
      ...withRole("engine", { envs, volumes: [code, { hostPath: "/etc/x", containerPath: "/srv/mcp/folders/etc" }] }),
    }),
    bad("another one than is allowed", /\/home\/u\/code/, container({ volumes: [code] }), {
      allowed: { "mcp-good": ["/home/u"], other: ["/home/u/code"] },
    }),
    ...[
      "/run/dind-mcp-folders/git/code",
      "/run/dind-mcp-folders/files/../git/code",
      "/run/dind-mcp-folders",
      "/run",
      "/srv/mcp/folders/code",
      "/srv/mcp",
    ].map((path) => bad(path, /that others got/, inside(path))),
    bad("a nameless container's", /that others got/, {
      ...container({ volumes: [{ hostPath: "/run/dind-mcp-folders//code" }] }, { host: INNER }),
    }),
  ],
});
