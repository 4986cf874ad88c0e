import { within } from "../../lib/within";
import type { RestDeps } from "./deps";

/** Milliseconds the engine has for its answer. */
const ENGINE_MS = 2_000;
/** Milliseconds that an answer is kept. Anybody may ask without a token, and that must not load the engine. */
const KEPT_MS = 1_000;

export interface Readiness {
  /** True when the engine answers; nothing works without it. */
  ready: boolean;
  engine: { ready: boolean; state: string };
  audit: { ready: boolean; state: string };
}

async function answers(engine: RestDeps["engine"]): Promise<boolean> {
  const answer = engine.ping().then(
    () => true,
    () => false,
  );
  return (await within(ENGINE_MS, answer)) ?? false;
}

/** Checks the parts that requests depend on. Keeps the answer for a moment. */
export function readiness({ engine, audit }: Pick<RestDeps, "engine" | "audit">): () => Promise<Readiness> {
  let kept: { until: number; answer: Promise<Readiness> } | undefined;
  const ask = async (): Promise<Readiness> => {
    const alive = await answers(engine);
    const writable = audit.healthy();
    return {
      ready: alive,
      engine: { ready: alive, state: alive ? "answers" : "silent" },
      audit: { ready: writable, state: writable ? "writes" : "full" },
    };
  };
  return () => {
    const now = performance.now();
    if (!kept || now > kept.until) kept = { until: now + KEPT_MS, answer: ask() };
    return kept.answer;
  };
}
