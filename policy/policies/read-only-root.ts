import { Role } from "../../manifest/container/labels";
import { containerPolicy } from "../define";
import { UNKNOWN } from "../known";

export const readOnlyRoot = containerPolicy({
  id: "read-only-root",
  title: "A container cannot write its root file system.",
  severity: "medium",
  reason: "What can write there can change the program that the next session runs.",
  fix: "set readOnly: true; give what has to be written a tmpfs or a volume",
  references: ["CIS Docker 5.13", "OWASP Docker rule 8"],
  exceptions: {
    [Role.VolumeFiles]:
      "Docker refuses to copy files into a container with a read-only root; no process of it ever runs",
  },
  check: ({ inputs: { readOnly } }) => (readOnly === true || readOnly === UNKNOWN ? [] : ["readOnly is not true"]),
});
