import { Role } from "../../manifest/container/labels";
import { containerPolicy } from "../define";
import { isOpen, items } from "../known";

export const noNewPrivileges = containerPolicy({
  id: "no-new-privileges",
  title: "No process of a container gains privileges by what it executes.",
  severity: "high",
  reason: "Without it a setuid program or a file capability in the image gives back what was taken away.",
  fix: 'add "no-new-privileges:true" to securityOpts',
  references: ["CIS Docker 5.26", "OWASP Docker rule 4"],
  exceptions: {
    [Role.Engine]:
      "all it runs would inherit it, and steps of image builds need setuid programs; its daemon sets it for every container inside",
    [Role.VolumeFiles]: "no process of it ever runs",
  },
  check: ({ inputs: { securityOpts } }) => {
    const options = items(securityOpts).filter((option) => option.startsWith("no-new-privileges"));
    const off = options.filter((option) => !/^no-new-privileges([:=]true)?$/.test(option));
    if (off.length > 0) return off.map((option) => `securityOpts has ${option}`); // of two, Docker takes the last
    return options.length > 0 || isOpen(securityOpts) ? [] : ["securityOpts has no no-new-privileges:true"];
  },
});
