import { Label } from "../../../../manifest/container/labels";
import { bad, one } from "../../../support/policy/case";
import { container, INNER, LATER } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

testPolicy("inner-provider", {
  passes: [
    one("the outer layer on the host", container({}, { parents: ["dind-mcp:index:EngineHost"] })),
    one("a server inside", container({}, { parents: ["dind-mcp:index:Fleet"], host: INNER })),
    one("a server in an engine still to be made", container({}, { parents: ["dind-mcp:index:Fleet"], host: LATER })),
    one("what is not Docker's", { type: "random:index/randomPassword:RandomPassword", host: null }),
    one("a server's label inside", container({ labels: [{ label: Label.Server, value: "f" }] }, { host: INNER })),
  ],
  fails: [
    bad("no provider", /DOCKER_HOST/, container({}, { host: null })),
    bad("a server on the host", /part of dind-mcp:index:Fleet/, container({}, { parents: ["dind-mcp:index:Fleet"] })),
    bad("a server where no host was said", /part of/, container({}, { parents: ["dind-mcp:index:Fleet"], host: "" })),
    bad("config's own component", /part of x:index:In/, container({}, { parents: ["x:index:In", "x:index:B"] }), {
      innerComponents: ["x:index:In"],
    }),
    bad("a server by its label", /MCP server files/, container({ labels: [{ label: Label.Server, value: "files" }] })),
  ],
});
