import { neverStarted } from "../../../support/policy/case";
import { container, type Given, INNER, LATER, withRole } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

const DATA = { volumeName: "mcp-engine", containerPath: "/var/lib/docker" };
const engine = withRole("engine", { name: "mcp-engine-container", volumes: [DATA] });
const mounts = (volumeName: string, more: Omit<Given, "props"> = {}): Given =>
  container({ volumes: [{ volumeName, containerPath: "/x" }] }, more);

testPolicy("engine-volumes", {
  passes: [
    { what: "a volume of its own", given: [engine, mounts("mcp-own")] },
    { what: "one of the same name in another engine", given: [engine, mounts("mcp-engine", { host: INNER })] },
    {
      what: "the carrier of its certificates",
      given: [engine, withRole("volume-files", { ...neverStarted, volumes: [DATA] })],
    },
    { what: "one not known yet", given: [engine, container({ volumes: [{ volumeName: LATER }] })] },
  ],
  fails: [
    { what: "the engine's", given: [engine, mounts("mcp-engine")], says: /^mcp-good: mounts the volume mcp-engine/ },
    {
      what: "by mounts, before it",
      given: [container({ mounts: [{ type: "volume", source: "mcp-engine", target: "/x" }] }), engine],
      says: /mounts the volume mcp-engine/,
    },
  ],
});
