import { containerPolicy } from "../define";

export const noPrivileged = containerPolicy({
  id: "no-privileged",
  title: "No container is privileged.",
  severity: "critical",
  reason: "A privileged container has every capability and every device of its host: whoever is in it is root there.",
  fix: "remove `privileged`; add the few capabilities it needs to `capabilities.adds`",
  references: ["CIS Docker 5.5", "OWASP Docker rule 3", "MCP: local server compromise"],
  check: ({ inputs }) => (inputs.privileged === true ? ["privileged is true"] : []),
});
