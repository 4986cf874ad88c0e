import { request as ask, createServer } from "node:http";
import { FAR, Issuer } from "../orchestrator/gateway/issuer";

const [, , issuerPort = "0", gatePort = "0", serverPort = "0"] = process.argv;

/** In the site's container: an authorization server, and a gate in front of the MCP server that wants its tokens. */
async function main(): Promise<void> {
  const issuer = new Issuer();
  await issuer.start(Number(issuerPort), "0.0.0.0");
  createServer((request, response) => {
    const { headers, method, url } = request;
    if (url?.startsWith("/.well-known/")) {
      const metadata = { resource: `https://${FAR}/mcp`, authorization_servers: [issuer.issuer] };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(metadata));
    } else if (!issuer.accepts(headers.authorization)) {
      request.resume();
      response.writeHead(401, { "www-authenticate": "Bearer" }).end();
    } else {
      const inner = ask({ port: serverPort, host: "127.0.0.1", method, path: url, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      inner.on("error", () => response.destroy());
      response.on("close", () => inner.destroy());
      request.pipe(inner);
    }
  }).listen(Number(gatePort), "0.0.0.0");
}

void main();
