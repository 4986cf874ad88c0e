import { bad, one } from "../../../support/policy/case";
import { container } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

testPolicy("no-host-namespaces", {
  passes: [
    one("its own", container({ cgroupnsMode: "private", networkMode: "mcp-net", ipcMode: "private" })),
    one("left empty, as YAML does", container({ pidMode: null, networkMode: "", networksAdvanced: [{ name: "n" }] })),
  ],
  fails: [
    ...["networkMode", "pidMode", "ipcMode", "usernsMode", "cgroupnsMode"].map((mode) =>
      bad(mode, new RegExp(`${mode} is host`), container({ [mode]: "host" })),
    ),
    ...["networkMode", "pidMode", "ipcMode"].map((mode) =>
      bad(`${mode} of another`, /another container/, container({ [mode]: "container:abc" })),
    ),
    bad("as one of its networks", /networksAdvanced/, container({ networksAdvanced: [{ name: "host" }] })),
  ],
});
