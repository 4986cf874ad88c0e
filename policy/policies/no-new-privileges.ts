import { Role } from "../container";
import { containerPolicy } from "../define";
import { items, UNKNOWN } from "../known";

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
    const isSet = items(securityOpts).some((option) => /^no-new-privileges([:=]true)?$/.test(option));
    return isSet || securityOpts === UNKNOWN ? [] : ["securityOpts has no no-new-privileges:true"];
  },
});
