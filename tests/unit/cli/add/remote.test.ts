import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { readDocument } from "../../../../cli/add/document";
import { CliError } from "../../../../cli/errors";
import { draftFolder } from "../../../../manifest/draft/folder";
import { fromServerJson } from "../../../../manifest/server-json";

const SERVER_INFO = { name: "weather-mcp", title: "Weather", version: "2.1.0" };
const result = { protocolVersion: "2025-06-18", capabilities: {}, serverInfo: SERVER_INFO };
const ANSWER = JSON.stringify({ jsonrpc: "2.0", id: 1, result });

describe("servers add: the address of a server that runs elsewhere", () => {
  const servers: ReturnType<typeof createServer>[] = [];
  const asked: string[] = [];
  const serve = async (listener: RequestListener, path = "/mcp"): Promise<string> => {
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.headers["mcp-session-id"] ?? ""}`.trim());
      listener(request, response);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  };
  afterEach(() => {
    asked.length = 0;
    for (const server of servers.splice(0)) server.close().closeAllConnections();
  });

  it("is asked what it is, and its session is ended", async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { "content-type": "application/json", "mcp-session-id": "s1" }).end(ANSWER);
    });
    const { document, notes } = await readDocument(url);
    assert.deepEqual(document, {
      name: "1.0.0.127/weather-mcp",
      title: "Weather",
      description: "Weather, at 127.0.0.1",
      version: "2.1.0",
      remotes: [{ type: "streamable-http", url }],
    });
    assert.deepEqual(notes, ["it speaks streamable-http"]);
    assert.deepEqual(asked, ["POST", "DELETE s1"]);
  });

  it("may answer by an event stream that does not end, or at another path", async () => {
    const url = await serve((request, response) => {
      if (request.method !== "POST") return void response.writeHead(405).end();
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`: hello\n\nevent: message\ndata: ${ANSWER}\n\n`);
    }, "/api/ai");
    assert.equal(((await readDocument(url)).document as { title: string }).title, "Weather");
  });

  it("that wants to know who asks gets a header with a token, and says so", async () => {
    const url = await serve((_, response) => response.writeHead(401, { "www-authenticate": "Bearer" }).end());
    const { document, notes } = await readDocument(url);
    assert.match(notes.join(), /it asks who you are/);
    const { manifest } = fromServerJson(document, { user: 11_000 });
    assert.deepEqual(manifest.headers, { Authorization: { secret: "token", value: "Bearer {}" } });
    assert.deepEqual(manifest.secrets, [{ name: "token", description: "A token of 127.0.0.1" }]);
  });

  it("that takes sign-ins names its issuer, in the place that it points to or at the usual one", async () => {
    const metadata = JSON.stringify({ authorization_servers: ["https://login.example.com/tenant"] });
    for (const [challenge, place] of [
      ["Bearer", "/.well-known/oauth-protected-resource/mcp"],
      ["Bearer", "/.well-known/oauth-protected-resource"],
      ['Bearer resource_metadata="/else"', "/.well-known/oauth-protected-resource/mcp"],
    ]) {
      const url = await serve(({ url: path }, response) => {
        if (path === place) response.writeHead(200, { "content-type": "application/json" }).end(metadata);
        else response.writeHead(path === "/mcp" ? 401 : 404, { "www-authenticate": challenge }).end();
      });
      const { document, notes } = await readDocument(url);
      assert.match(
        notes.join(),
        /add the line `oauth: \{ issuer: https:\/\/login\.example\.com\/tenant \}` to server\.yaml/,
      );
      assert.equal(fromServerJson(document, { user: 11_000 }).manifest.headers, undefined);
    }
  });

  it("that points elsewhere for its issuer, or to no https, is not followed", async () => {
    const elsewhere = await serve((_, response) => response.end('{"authorization_servers":["https://evil.example"]}'));
    const url = await serve(({ url: path }, response) => {
      const header = `Bearer resource_metadata="${elsewhere}"`;
      if (path === "/mcp") return void response.writeHead(401, { "www-authenticate": header }).end();
      response.writeHead(200).end('{"authorization_servers":["http://login.example.com","javascript:alert(1)",7]}');
    });
    assert.match((await readDocument(url)).notes.join(), /a header with a token is drafted/);
  });

  it("of the transport of 2024 is known by its stream", async () => {
    const url = await serve((request, response) => {
      if (request.method === "POST") return void response.writeHead(405).end();
      response.writeHead(200, { "content-type": "text/event-stream" }).write("event: endpoint\ndata: /messages\n\n");
    }, "/sse");
    const { manifest } = fromServerJson((await readDocument(url)).document, { user: 11_000 });
    assert.deepEqual(manifest.transport, { type: "remote", url, protocol: "sse" });
  });

  it("where no MCP server answers is refused; a key in the address is not shown, a redirect not followed", async () => {
    const refused = async (url: string, words: RegExp) =>
      assert.rejects(readDocument(url), (error) => {
        assert.ok(error instanceof CliError);
        assert.match(error.message, words);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      });
    const page = await serve((_, response) => response.end("<html>"));
    await refused(`${page}?key=hunter2`, /got status 200, expected an MCP server's answer to initialize/);
    const moved = await serve((_, response) => response.writeHead(307, { location: page }).end());
    await refused(moved, /got status 307/);
    const gone = await serve(() => {});
    for (const server of servers) server.close();
    await refused(gone, /got ECONNREFUSED/);
    await refused("https://u:hunter2@mcp.example.com/mcp", /a URL with a password/);
  });

  it("becomes a whole folder: the draft has no egress of its own, and no image", () => {
    const document = {
      ...{ name: "com.example/weather", description: "Weather", version: "1.0.0" },
      remotes: [
        { type: "sse", url: "https://mcp.example.com/sse" },
        {
          type: "streamable-http",
          url: "https://mcp.example.com/{region}/mcp",
          variables: { region: { default: "eu" } },
          headers: [
            { name: "X-Api-Key", isSecret: true, isRequired: true, description: "From the account page" },
            { name: "X-Team", value: "red" },
            { name: "X-Trace", description: "Whatever" },
          ],
        },
      ],
    };
    const folder = draftFolder(fromServerJson(document, { user: 11_005 }), "a test");
    const [file, ...more] = Object.keys(folder.files);
    assert.deepEqual([file, more, folder.needs, folder.secrets], ["server.yaml", [], [], ["x-api-key"]]);
    const text = folder.files["server.yaml"] ?? "";
    assert.match(text, /url: https:\/\/mcp\.example\.com\/eu\/mcp/);
    assert.match(text, /X-Team:\n\s+value: red/);
    assert.doesNotMatch(text, /\negress|\nimage/);
    assert.match(folder.notes.join("\n"), /headers\.X-Trace: X-Trace has no value and was left out \(Whatever\)/);
    assert.match(folder.notes.join("\n"), /remotes: sse left out/);
  });
});
