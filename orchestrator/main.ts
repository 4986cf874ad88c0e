import { createServer, type RequestListener, type Server } from "node:http";
import pino from "pino";
import { loadConfig, PORTS } from "./config";

const { config } = loadConfig();
const log = pino({ level: config.logLevel, redact: ["req.headers.authorization", "*.authorization", "*.token"] });

async function listen(port: number, answer: RequestListener): Promise<Server> {
  const server = createServer(answer);
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, config.listen, resolve));
  return server;
}

async function main(): Promise<void> {
  const api = await listen(PORTS.api, (request, response) => {
    response.writeHead(request.url === "/healthz" ? 200 : 404, { "content-type": "application/json" });
    response.end("{}\n");
  });
  const metrics = await listen(PORTS.metrics, (_request, response) => {
    response.writeHead(200, { "content-type": "text/plain" }).end();
  });
  log.info({ stack: config.stack, publicUrl: config.publicUrl }, "ready");
  process.once("SIGTERM", () => {
    log.info("stopping");
    for (const server of [api, metrics]) server.close().closeAllConnections();
  });
}

main().catch((error: unknown) => {
  log.fatal(error);
  process.exitCode = 1;
});
