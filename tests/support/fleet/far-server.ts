import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { buildFixture } from "../orchestrator/gateway/fixture-server";
import { FAR, ISSUER } from "../orchestrator/gateway/issuer";
import { must } from "./command";

const PORT = 3_000;
const ISSUER_PORT = 3_001;
/** Of the fixture, for those with a token of the issuer. */
const GATE_PORT = 3_002;
const BY_NAME = JSON.stringify({ [ISSUER]: ISSUER_PORT, [FAR]: GATE_PORT });

/** In the site's container: the fixture, an issuer, and TLS in front of them, which prints some of the headers. */
const PROGRAM = `
const { spawn } = require("node:child_process");
const { connect } = require("node:net");
const { readFileSync } = require("node:fs");
const own = ["--era", "both", "--http", "${PORT}", "--host", "0.0.0.0"];
spawn(process.execPath, ["/fixture/fixture.js", ...own], { stdio: "inherit" });
spawn(process.execPath, ["/fixture/issuer.js", "${ISSUER_PORT}", "${GATE_PORT}", "${PORT}"], { stdio: "inherit" });
const tls = { key: readFileSync("/tls/server.key"), cert: readFileSync("/tls/server.pem") };
require("node:tls").createServer(tls, (socket) => {
  const inner = connect((${BY_NAME})[socket.servername] ?? ${PORT}, "127.0.0.1");
  for (const one of [socket, inner]) one.on("error", () => { socket.destroy(); inner.destroy(); });
  socket.on("data", (data) => {
    for (const [header] of String(data).matchAll(/^(x-[a-z-]+|host|authorization): .*$/gim)) console.log(header.trim());
  });
  socket.pipe(inner).pipe(socket);
}).listen(443, "0.0.0.0");
`;

/** Makes an authority (`ca`) and a certificate for these names in a folder. */
export async function makeFarCertificates(folder: string, names: string[]): Promise<void> {
  const openssl = (...args: string[]) => must("openssl", args, { cwd: folder });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await openssl("req", "-x509", ...key, "-days", "2", "-subj", "/CN=far", "-keyout", "ca.key", "-out", "ca");
  const all = `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`;
  const request = ["req", ...key, "-subj", "/CN=far", "-addext", all, "-keyout", "server.key", "-out", "server.csr"];
  await openssl(...request);
  const sign = ["-CA", "ca", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-copy_extensions", "copy"];
  await openssl("x509", "-req", "-in", "server.csr", ...sign, "-out", "server.pem");
}

/** Options of `docker create` for a real MCP server of both eras, over TLS on port 443. @param tls folder of its certificate */
export const farServer =
  (tls: string) =>
  (image: string): string[] => {
    const fixture = buildFixture();
    const entryPoints = [join(__dirname, "far-issuer.ts")];
    buildSync({ entryPoints, bundle: true, platform: "node", outfile: join(fixture, "issuer.js") });
    return [
      ...["--memory", "256m", "-v", `${tls}:/tls:ro`, "-v", `${fixture}:/fixture:ro`],
      ...["-v", `${join(dirname(process.execPath), "..")}:/node:ro`],
      ...["--entrypoint", "/node/bin/node", image, "-e", PROGRAM],
    ];
  };
