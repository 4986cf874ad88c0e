import assert from "node:assert/strict";
import { GatewayClient } from "../../support/clients/gateway-client";
import { loadHostileImage } from "../../support/fleet/catalog";
import { docker, type Fleet, theFleet, tryDocker } from "../../support/fleet/fleet";

const IMAGE = "example/extra-rest:1.0";

/** A server over HTTP in one line, with one tool. */
const LISTENS = `require("http").createServer((q,s)=>{let b="";q.on("data",d=>b+=d);q.on("end",()=>{
if(q.method!=="POST"){s.statusCode=405;return s.end()}const m=JSON.parse(b);if(m.id===undefined){s.statusCode=202;return s.end()}
const r=m.method==="tools/call"?{content:[{type:"text",text:"over HTTP"}]}:m.method==="tools/list"?{tools:[{name:"echo",inputSchema:{type:"object"}}]}
:{protocolVersion:"2025-11-25",capabilities:{tools:{}},serverInfo:{name:"h",version:"1"}};
s.setHeader("content-type","application/json");s.end(JSON.stringify({jsonrpc:"2.0",id:m.id,result:r}))})}).listen(8080)`;

describe("extra servers, through the API and the gateway of a running stack", function () {
  this.timeout(300_000);
  let fleet: Fleet;

  const rest = async (method: string, path: string, body?: unknown): Promise<{ status: number; answer: unknown }> => {
    const { tokens, endpoints } = fleet.outputs;
    const type = body === undefined ? undefined : { "content-type": "application/json" };
    const headers = { authorization: `Bearer ${tokens.admin}`, ...type };
    const response = await fetch(endpoints.api + path, { method, headers, body: JSON.stringify(body) });
    const text = await response.text();
    return { status: response.status, answer: text === "" ? undefined : JSON.parse(text) };
  };
  const echo = async (server: string): Promise<string> => {
    const { endpoints, tokens } = fleet.outputs;
    const target = { url: `${endpoints.api}/servers/${server}/mcp`, token: tokens.admin ?? "" };
    const client = await GatewayClient.connect("legacy", target);
    try {
      return await client.text("echo");
    } finally {
      await client.client.close();
    }
  };
  const manifest = (name: string, more: Record<string, unknown>) => ({
    ...{ name, description: "A test's server", version: "1.0.0", image: IMAGE, resources: { memory: "128m" } },
    ...more,
  });

  before(async () => {
    fleet = await theFleet();
    await loadHostileImage(fleet, IMAGE);
  });

  after(async () => {
    if (!fleet) return;
    for (const name of ["extra-stdio", "extra-http"]) await rest("DELETE", `/v1/servers/${name}`);
    await tryDocker(fleet, ["rmi", IMAGE]);
    const left = await docker(fleet, "ps", "-a", "--filter", "name=mcp-extra", "--format", "{{.Names}}");
    assert.equal(left, "");
  });

  it("over stdio: deployed, used, the same again, removed", async () => {
    const stdio = manifest("extra-stdio", { transport: { type: "stdio", command: ["/server"] } });
    assert.equal((await rest("POST", "/v1/servers", { manifest: stdio })).status, 201);
    assert.equal(await echo("extra-stdio"), "echo");
    assert.equal((await rest("POST", "/v1/servers", { manifest: stdio })).status, 200);
    assert.equal((await rest("DELETE", "/v1/servers/extra-stdio")).status, 204);
    assert.equal((await rest("GET", "/v1/servers/extra-stdio")).status, 404);
  });

  it("over HTTP: the orchestrator is in its network while it is there", async () => {
    const image = (await docker(fleet, "images", "mcp-files", "--format", "{{.Repository}}:{{.Tag}}")).split("\n")[0];
    const transport = { type: "streamable-http", port: 8_080, command: ["node", "-e", LISTENS] };
    const deployed = await rest("POST", "/v1/servers", { manifest: manifest("extra-http", { image, transport }) });
    assert.equal(deployed.status, 201, JSON.stringify(deployed.answer));
    assert.equal(await echo("extra-http"), "over HTTP");
    assert.equal((await rest("POST", "/v1/servers/extra-http/restart")).status, 200);
    assert.equal((await rest("DELETE", "/v1/servers/extra-http")).status, 204);
    await assert.rejects(docker(fleet, "network", "inspect", "mcp-extra-http"), /not found/);
  });
});
