import type { Outputs } from "../../../outputs";

/** The management layer's API. */
export interface ApiStatus {
  state: "ready" | "not ready" | "no answer";
  /** Why it is not ready. */
  reason?: string;
  /** Of the orchestrator. */
  version?: string;
  /** Open sessions by server. */
  sessions?: Record<string, number>;
}

const PATIENCE_MS = 3_000;

/** Asks the API how it is. Never fails: no answer is one as well. */
export async function apiStatus({ endpoints, tokens }: Outputs): Promise<ApiStatus> {
  const ask = async (path: string): Promise<Response> => {
    const token = tokens.read ?? tokens.admin;
    const headers = token ? { authorization: `Bearer ${token}` } : undefined;
    return await fetch(new URL(path, endpoints.api), { headers, signal: AbortSignal.timeout(PATIENCE_MS) });
  };
  try {
    const ready = await ask("/readyz");
    if (!ready.ok) return { state: "not ready", reason: await ready.text() };
    const [version, servers] = await Promise.all([ask("/v1/version"), ask("/v1/servers?limit=200")]);
    const { version: number } = version.ok ? ((await version.json()) as { version?: string }) : {};
    const { items } = servers.ok
      ? ((await servers.json()) as { items: { name: string; sessions: number }[] })
      : { items: [] };
    const sessions = Object.fromEntries(items.map((item) => [item.name, item.sessions]));
    return { state: "ready", ...(number ? { version: number } : {}), sessions };
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error };
    return { state: "no answer", reason: cause?.message ?? message };
  }
}
