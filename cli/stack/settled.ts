import { setTimeout as sleep } from "node:timers/promises";
import type { ContainerInspectInfo } from "dockerode";
import { paths } from "../../api/paths";
import { Scope } from "../../api/scopes";
import type { Settings } from "../../config/settings";
import { oneLine } from "../../lib/plain-text";
import { SHARED } from "../../manifest/container/service-spec";
import { TransportType } from "../../manifest/types";
import type { Outputs } from "../../stack/outputs";
import { stackApi } from "../api/open";
import { askInner, type InnerContainer, innerContainers } from "../engine/inner";

/** A server that did not become healthy. */
export interface Unsettled {
  name: string;
  /** The companion that it waits for in vain; with the name SHARED a shared service. */
  companion?: string;
  /** Docker's word: starting, unhealthy, restarting, exited, ... */
  status: string;
  /** What is wrong, in words. */
  reason: string;
  /** The last lines of the step at which its image failed to build. */
  build?: string[];
}

const LOOK_MS = 1_000;
/** Most looks in a row that may fail, because a container may go during one. */
const FAILURES = 5;
const API_MS = 5_000;
/** Extra milliseconds, for a container's own start and the answer to the last check. */
const MARGIN_MS = 15_000;
/** Docker restarts a program that keeps ending. After this many restarts it counts as failed. */
const RESTARTS = 3;
/** The same of a server on stdio, whose program starts with each check: so many checks in a row that saw it end. */
const ENDED_CHECKS = 5;
/** What such a check says, in images/engine/mcp-init/check.c. */
const ENDED = /the session ended/;
/** Milliseconds that the stack's own containers may take to start, as Pulumi gives to those that it makes. */
const OWN_MS = 60_000;
/** But not before its container ran for 10 s: what it needs may be starting beside it. */
const FRESH_MS = 10_000;

/**
 * Waits until each server of the stack is healthy or has failed, at most for its start period, one check's time and 15
 * s. Remote servers are not waited for. A program that keeps ending has failed sooner. Waits for the orchestrator and the
 * like too: Pulumi waits for those that it makes, not for those that Docker starts again with the engine. Asks the engine,
 * which needs no token; takes the reason from the API where it has one.
 * @returns those that are not healthy, by name
 * @throws CliError when the engine does not answer
 */
export async function settled(outputs: Outputs, settings: Settings): Promise<Unsettled[]> {
  const began = Date.now();
  const failed = new Map<string, Unsettled>();
  for (let failures = 0; ; ) {
    try {
      const waiting = await look(outputs, failed, Date.now() - began);
      failures = 0;
      if (!waiting) break;
    } catch (error) {
      if (++failures > FAILURES) throw error;
    }
    await sleep(LOOK_MS);
  }
  if (failed.size === 0) return [];
  const told = await reasons(outputs, settings);
  const all = [...failed.values()].map((one) => ({ ...one, reason: told.get(one.name) ?? one.reason }));
  return all.sort((a, b) => a.name.localeCompare(b.name));
}

/** Looks at all once, and judges the servers. @returns true while one may still become healthy */
async function look(outputs: Outputs, failed: Map<string, Unsettled>, waited: number): Promise<boolean> {
  const containers = await innerContainers(outputs);
  const known = new Map(containers.map((one) => [one.server, one]));
  const here = Object.entries(outputs.servers).filter(([, { transport }]) => transport !== TransportType.Remote);
  const open = here.map(([name]) => name).filter((name) => !failed.has(name) && known.get(name)?.state !== "healthy");
  for (const name of open) {
    const { id = "", state: status = "missing" } = known.get(name) ?? {};
    const reason = id === "" ? missing(waited) : hopeless(await inspected(outputs, id), waited);
    if (reason !== undefined) failed.set(name, { name, status, reason });
  }
  return isOwnStarting(containers, waited) || open.some((name) => !failed.has(name));
}

/**
 * True while the orchestrator, the database or the proxy starts, and has not taken too long. Pure.
 * @param waited milliseconds
 */
export function isOwnStarting(containers: InnerContainer[], waited: number): boolean {
  const own = containers.filter(({ server, companionOf, shared }) => !server && !companionOf && !shared);
  return waited < OWN_MS && own.some(({ state }) => state === "starting");
}

const inspected = (outputs: Outputs, id: string): Promise<ContainerInspectInfo> =>
  askInner(outputs, (docker) => docker.getContainer(id).inspect());

function missing(waited: number): string | undefined {
  return waited > MARGIN_MS ? "it has no container" : undefined;
}

/**
 * Returns why a container will not become healthy; undefined while it may. Pure.
 * @param waited milliseconds
 * @param now milliseconds since 1970
 */
export function hopeless(
  { State, RestartCount, Config }: ContainerInspectInfo,
  waited: number,
  now = Date.now(),
): string | undefined {
  const { Health, Running, Restarting } = State;
  const check = Health?.Log?.at(-1);
  const said = check && check.ExitCode !== 0 ? oneLine(check.Output).replace(/^unhealthy: /, "") : "";
  const ended = State.OOMKilled ? "out of memory" : `ended with exit code ${State.ExitCode}`;
  const reason = oneLine(State.Error ?? "") || (Running && !Restarting ? said || "no check has ended" : ended);
  if (Health?.Status === "unhealthy" || RestartCount >= RESTARTS || keepsEnding(State, now)) return reason;
  const { StartPeriod = 0, Timeout = 0 } = Config.Healthcheck ?? {};
  return waited > MARGIN_MS + (Running ? (StartPeriod + Timeout) / 1e6 : 0) ? reason : undefined;
}

/** Docker keeps the last five checks, and those of before the container's last start too. */
function keepsEnding({ Health, StartedAt }: ContainerInspectInfo["State"], now: number): boolean {
  const started = Date.parse(StartedAt);
  if (!(now - started > FRESH_MS)) return false;
  const checks = Health?.Log?.filter(({ Start }) => Date.parse(Start) >= started).slice(-ENDED_CHECKS) ?? [];
  return checks.length === ENDED_CHECKS && checks.every(({ ExitCode, Output }) => ExitCode !== 0 && ENDED.test(Output));
}

/**
 * Asks the API what is wrong with the servers, because it knows more than the engine. Returns nothing without a token
 * for it.
 */
async function reasons(outputs: Outputs, settings: Settings): Promise<Map<string, string>> {
  try {
    const api = stackApi(Scope.Read, outputs, settings, API_MS);
    const all = await api.list<{ name: string; reason?: string }>(paths.servers);
    return new Map(all.flatMap(({ name, reason }) => (reason === undefined ? [] : [[name, reason]])));
  } catch {
    return new Map();
  }
}

/** What `up` says about them. */
export function unsettledText(failed: Unsettled[], all: number): string {
  const lines = failed.flatMap(({ name, companion, status, reason, build = [] }) => [
    `  ${name === SHARED ? `the shared service ${companion}` : name} is ${status}: ${reason}`,
    ...build.map((line) => `    | ${line}`),
  ]);
  const servers = failed.filter(({ name }) => name !== SHARED).length;
  const count = `${servers} of ${all} servers ${servers === 1 ? "is" : "are"} not healthy`;
  return [`${count}; everything else is up`, ...lines].join("\n");
}
