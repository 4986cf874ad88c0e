/**
 * A stdio MCP server in Python, as the words of its command: its one tool runs a given program and answers what that prints.
 * Tests use it to act as a server that somebody took over.
 */
const PROGRAM = `
import contextlib, io, json, sys, traceback
for line in sys.stdin:
    message = json.loads(line)
    if "id" not in message:
        continue
    result = {}
    if message["method"] == "initialize":
        result = {"protocolVersion": message["params"]["protocolVersion"], "capabilities": {"tools": {}},
                  "serverInfo": {"name": "asking", "version": "1"}}
    elif message["method"] == "tools/list":
        schema = {"type": "object", "properties": {"program": {"type": "string"}}}
        result = {"tools": [{"name": "run", "description": "Runs Python", "inputSchema": schema}]}
    elif message["method"] == "tools/call":
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            try:
                exec(message["params"]["arguments"]["program"], {})
            except Exception:
                print(traceback.format_exc(limit=1))
        result = {"content": [{"type": "text", "text": out.getvalue()}]}
    print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}), flush=True)
`;

/** What its manifest says of image and command. */
export const ASKING = {
  image: "python:3.13-slim-trixie",
  transport: { type: "stdio", command: ["python3", "-c", PROGRAM] },
};

/** Python that makes \`ask(place, name, request)\`: what comes back for a request by the proxy, in TLS that checks nothing. */
export const ASK_PYTHON = `
import socket, ssl
def ask(place, name, request):
    s = socket.create_connection(("egress", 3128), 20)
    s.sendall(f"CONNECT {place} HTTP/1.1\\r\\nHost: {place}\\r\\n\\r\\n".encode())
    if b" 200 " not in s.recv(4096)[:16]: return "no tunnel"
    context = ssl.create_default_context(); context.check_hostname = False; context.verify_mode = ssl.CERT_NONE
    s = context.wrap_socket(s, server_hostname=name)
    s.sendall("\\r\\n".join([*request, "Connection: close", "", ""]).encode())
    return s.recv(65536).decode("latin-1").split("\\r\\n")[0]
`;
