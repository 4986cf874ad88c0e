import { containerPolicy } from "../define";
import { items, text } from "../known";

/** The provider has no input for the UTS namespace: a container always has its own. */
const MODES = ["networkMode", "pidMode", "ipcMode", "usernsMode", "cgroupnsMode"] as const;

export const noHostNamespaces = containerPolicy({
  id: "no-host-namespaces",
  title: "No container shares a namespace with its host, or with another container.",
  severity: "critical",
  reason:
    "In the host's namespaces it sees, signals and reaches what is not its own: processes, memory, loopback services.",
  fix: "remove the mode, or name a network or namespace of its own (cgroupnsMode: private)",
  references: ["CIS Docker 5.10", "CIS Docker 5.16", "CIS Docker 5.17", "CIS Docker 5.21", "CIS Docker 5.31"],
  check: ({ inputs }) => [
    ...MODES.flatMap((mode) => {
      const value = text(inputs[mode]) ?? "";
      if (value === "host") return [`${mode} is host`];
      return value.startsWith("container:") ? [`${mode} is that of another container`] : [];
    }),
    ...(items(inputs.networksAdvanced).some(({ name }) => name === "host") ? ["networksAdvanced has host"] : []),
  ],
});
