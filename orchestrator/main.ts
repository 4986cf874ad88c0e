import { join } from "node:path";
import { Registry } from "prom-client";
import { PATHS } from "../config/orchestrator-config";
import { PORTS } from "../config/ports";
import { AuditLog } from "./audit/audit-log";
import { loadConfig, loadSealingKeys, tokensFile } from "./config";
import { createDiscovery } from "./discovery/create-discovery";
import { DockerApi } from "./docker-api/docker-api";
import { Events } from "./events";
import { McpGateway } from "./gateway/gateway";
import { RemoteSignIns } from "./gateway/sign-in/remote-sign-ins";
import { Front } from "./http/front";
import { LastResort } from "./last-resort";
import { createLog, type Log } from "./log";
import { CallMetrics } from "./metrics/call-metrics";
import { Exposition } from "./metrics/exposition";
import { History } from "./metrics/history";
import { MetricsServer } from "./metrics/metrics-server";
import { createPage } from "./page/create-page";
import { createApp } from "./rest/app";
import { openApiTokens } from "./security/api-tokens/open";
import { AccessGuard } from "./security/guard";
import { isOfIssuer } from "./security/principal";
import { SignInLinks } from "./security/sign-in-links";
import { StackTokenFile } from "./security/stack-token-file";
import { createServers } from "./servers/create-servers";
import { HeardRefusals } from "./servers/refusals/heard-refusals";
import { ServerHistory } from "./servers/server-history";
import { openTracer } from "./tracing";

/** Milliseconds between two looks for sign-ins at servers that are no more. */
const SWEEP_MS = 10 * 60_000;

/** Reads what the stack says, puts the parts together, and serves until SIGTERM. */
async function main(): Promise<void> {
  const { config, tokens } = loadConfig();
  const { limits, listen, dockerApi } = config;
  const log = createLog(config.logLevel);
  const events = new Events((error) => log.warn({ error }, "an event was not told to everybody"));
  const audit = new AuditLog({
    ...config.audit,
    folder: join(PATHS.state, "audit"),
    warn: (message) => log.warn(message),
  });
  const registry = new Registry();
  const wall = new LastResort(registry, log, (code) => process.exit(code));
  process.on("uncaughtException", (error) => wall.caught(error));
  const observer = new CallMetrics(registry);
  const heard = new HeardRefusals();
  const parts = await createServers({ config, events, log });
  const { servers } = parts;
  const tracer = await openTracer(config, (message) => log.warn(message));
  const signIns = new RemoteSignIns({
    folder: join(PATHS.state, "sign-ins"),
    keys: loadSealingKeys(),
    publicUrl: config.publicUrl,
    changed: (server, of) => {
      log.info({ server, of }, "somebody signed in, or out");
      gateway.signInChanged(server, of);
      if (of === undefined) parts.remote.checkAgain(server);
    },
    warn: (message, error) => log.warn({ error }, message),
  });
  const gateway: McpGateway = new McpGateway({
    ...{ config, servers, audit, observer, events, tracer },
    onFailure: (server, answer) => heard.hear(server, answer),
    credentials: (server, who) => signIns.credentials(server, who),
    warn: (message, error) => log.warn({ error }, message),
  });
  parts.remote.checkBy((name) => gateway.check(name));
  servers.onChange((name, current) => current ?? heard.forget(name));
  const serverHistory = new ServerHistory(join(PATHS.state, "server-events"), (error) =>
    log.warn({ error }, "what happened to servers is not written down"),
  );
  for (const server of servers.list()) serverHistory.see(server.name, server);
  servers.onChange((name, current, previous) => serverHistory.see(name, current, previous));
  const { apiTokens, uses } = openApiTokens(PATHS.state, (message, error) => log.warn({ error }, message));
  const guard = new AccessGuard({
    ...{ config, tokens, apiTokens, uses },
    onRefused: (reason) => observer.refused(reason),
    onIssuerUnavailable: (reason) => log.warn({ reason }, "the OAuth issuer does not answer"),
  });

  apiTokens.onEnd(({ name }) => gateway.endAll(name));
  apiTokens.onEnd(({ name }) => signIns.forget(name));
  apiTokens.onEnd(({ name }) => events.emit("token.ended", undefined, { token: name }));
  const tokenFile = new StackTokenFile(tokensFile(), tokens, {
    take: (changed) => {
      guard.replaceTokens(changed);
      log.info({ tokens: changed.map(({ name }) => name) }, "new tokens");
    },
    warn: (reason) => log.warn({ reason }, "the tokens that the stack wrote are not taken"),
  });
  tokenFile.start();
  const isKnown = (name: string): boolean => tokens.some((token) => token.name === name) || apiTokens.isGood(name);
  signIns.keepPrincipals((name) => isKnown(name) || isOfIssuer(name));
  // Not at once: servers are gone for a moment when the stack declares them otherwise.
  setInterval(() => {
    if (servers.synced) signIns.keepServers((name) => servers.get(name) !== undefined);
  }, SWEEP_MS).unref();

  const discovery = createDiscovery({ config, servers, gateway, events, log });

  const front = new Front({ guard, gateway, audit, log, limits, publicUrl: config.publicUrl });
  const links = new SignInLinks();
  const history = new History({ totals: () => observer.totals(), usage: () => parts.stats.list() });
  const rest = await createApp(front, {
    ...{ config, guard, gateway, audit, events, links, history, serverHistory, log, heard, tokens, apiTokens, uses },
    ...{ discovery, signIns },
    ...parts,
    staticFolder: join(__dirname, "static"),
  });
  const page = createPage({ config, guard, links, rest: front.rest });
  const exposition = new Exposition(registry, { config, gateway, audit, discovery, signIns, ...parts });
  const metrics = new MetricsServer({ guard, limits, exposition });
  const warn = (message: string) => log.warn(message);
  const docker =
    dockerApi === "off"
      ? undefined
      : new DockerApi({ mode: dockerApi, socketPath: PATHS.dockerSocket, guard, limits, warn });

  await Promise.all([
    front.listen(PORTS.api, listen),
    page?.listen(PORTS.page, listen),
    metrics.listen(PORTS.metrics, listen),
    docker?.listen(PORTS.docker, listen),
  ]);
  wall.serving = true;
  history.start();
  log.info({ stack: config.stack, version: config.version, publicUrl: config.publicUrl }, "ready");

  /** Closes everything, and ends the process. Never rejects. */
  const stop = async (): Promise<void> => {
    log.info("stopping");
    await closed(log, discovery); // first, so that nobody is sent to what no longer listens
    await closed(log, tokenFile, front, gateway, rest, page, metrics, docker, history, apiTokens, uses);
    await closed(log, parts);
    await closed(log, serverHistory);
    await closed(log, audit, tracer); // last, because they record the end of every session
    log.info("stopped");
    process.exit(0);
  };
  process.once("SIGTERM", () => void stop());
}

/** Closes parts side by side. One that fails does not keep the others open. Never rejects. */
async function closed(log: Log, ...parts: ({ close(): unknown } | undefined)[]): Promise<void> {
  const ends = await Promise.allSettled(parts.map(async (part) => part?.close()));
  for (const end of ends) if (end.status === "rejected") log.error({ error: end.reason }, "a part was not closed");
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
