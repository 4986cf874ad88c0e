import type { z } from "zod";
import { paths } from "../../../api/paths";
import type { discoverySchema } from "../../../api/schemas/discovery";
import { Scope } from "../../../api/scopes";
import type { Settings } from "../../../config/settings";
import type { Outputs } from "../../../stack/outputs";
import { stackApi } from "../../api/open";
import { noteOf, type Server } from "../../servers/server";

type Discovery = z.output<typeof discoverySchema>;
type Consul = NonNullable<Discovery["consul"]>;

/** The management layer's API. */
export interface ApiStatus {
  state: "ready" | "not ready" | "no answer";
  /** Why it is not ready. */
  reason?: string;
  /** Where the fleet is announced; absent: nowhere. */
  consul?: Consul;
  /** Of the orchestrator. */
  version?: string;
  /** Open sessions by server. */
  sessions?: Record<string, number>;
  /** What is to be said of servers, by server: what is wrong, and storage that holds more than it may. */
  reasons?: Record<string, string>;
}

const PATIENCE_MS = 3_000;

/** Asks the API how it is. Never fails: no answer is a result too. */
export async function apiStatus(settings: Settings, outputs: Outputs): Promise<ApiStatus> {
  try {
    const api = stackApi(Scope.Read, outputs, settings, PATIENCE_MS);
    const { ready, text } = await api.ready();
    if (!ready) return { state: "not ready", reason: text };
    const [{ version }, servers, { consul }] = await Promise.all([
      api.get<{ version: string }>(paths.version),
      api.list<Server>(paths.servers),
      api.get<Discovery>(paths.discovery),
    ]);
    return {
      state: "ready",
      version,
      ...(consul ? { consul } : {}),
      sessions: Object.fromEntries(servers.map(({ name, sessions }) => [name, sessions])),
      reasons: Object.fromEntries(servers.flatMap((server) => (noteOf(server) ? [[server.name, noteOf(server)]] : []))),
    };
  } catch (error) {
    return { state: "no answer", reason: (error as Error).message };
  }
}
