import { Role } from "../../manifest/container/labels";
import { clashes } from "../clashes";
import { containersOf, uidOf } from "../container";
import { stackPolicy } from "../define";
import { dockerName } from "../resource";

export const uniqueUsers = stackPolicy({
  id: "unique-users",
  title: "No two containers run as the same user.",
  severity: "high",
  reason: "The kernel counts processes by user, and files on shared folders belong to one: who shares it shares both.",
  fix: "give each container another user",
  references: ["OWASP Docker rule 2", "MCP: local server compromise"],
  exceptions: {
    [Role.VolumeFiles]: "no process of it ever runs",
    [Role.StorageFolders]: "makes a server's folders as that server's user, who owns them then, and ends",
  },
  check: (resources) => {
    const users = containersOf(resources).flatMap(({ resource, inputs }) => {
      const uid = uidOf(inputs);
      return uid ? [{ resource, uid }] : []; // root is own-user's
    });
    return clashes(
      users,
      (one, other) => one.uid === other.uid,
      ({ uid }, other) => `runs as user ${uid}, as ${dockerName(other.resource)} does`,
    );
  },
});
