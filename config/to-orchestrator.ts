import type { z } from "zod";
import { KONG_ADDRESS } from "../manifest/container/gateway";
import type { CatalogOffer } from "../manifest/draft/offer";
import { endpoints } from "./endpoints";
import { aboutKey } from "./key";
import { KEYS } from "./keys";
import { type ConsulSecrets, type OrchestratorConfigInput, orchestratorConfigSchema } from "./orchestrator-config";
import type { Settings } from "./settings";

/** Facts that only the program knows. */
export interface Facts {
  /** "project/stack". */
  stack: string;
  version: string;
  /** Address in its container on which the orchestrator listens. */
  listen: string;
  /** Servers of the catalog that the stack does not run. @default none */
  catalog?: CatalogOffer[];
}

/** The part of the settings that goes to the orchestrator: the value of every key that names a place in its config. */
export function orchestratorConfig(settings: Settings, facts: Facts): OrchestratorConfigInput {
  const { api: publicUrl, page: pageUrl } = endpoints(settings);
  const config: Record<string, unknown> = {
    ...facts,
    publicUrl,
    pageUrl,
    allowedHosts: allowedHosts(settings, [publicUrl, ...(pageUrl === undefined ? [] : [pageUrl])]),
  };
  for (const [name, schema] of Object.entries(KEYS)) {
    const [field, inner] = aboutKey(schema).orchestrator?.split(".") ?? [];
    const value = settings[name as keyof typeof KEYS];
    if (field === undefined || value === undefined || value === "") continue;
    config[field] = inner === undefined ? value : { ...(config[field] as object | undefined), [inner]: value };
  }
  if (settings.kong?.embedded) config.trustedProxies = [...settings.trustedProxies, KONG_ADDRESS];
  if (settings.consul) {
    const { tls: _, ...consul } = settings.consul;
    config.consul = consul;
  }
  assertFits(orchestratorConfigSchema, config);
  return config;
}

/** What the orchestrator gets for Consul in a file of its own. Secret. */
export function consulSecrets({ consul, consulToken, consulKey }: Settings): ConsulSecrets {
  const tls = { ...consul?.tls, ...(consulKey === "" ? {} : { key: consulKey }) };
  return {
    ...(consulToken === "" ? {} : { token: consulToken }),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
  };
}

/** The names by which the API and the page may be called. @param urls how they are reached */
function allowedHosts({ bindAddress, engineName, allowedHosts }: Settings, urls: string[]): string[] {
  const hosts = [
    ...["localhost", "127.0.0.1", bindAddress, ...urls.map((url) => new URL(url).hostname)],
    engineName, // by which containers in the engine's network call it
    ...allowedHosts,
  ];
  return [...new Set(hosts)].filter((host) => host !== "0.0.0.0");
}

function assertFits<Schema extends z.ZodType>(schema: Schema, value: unknown): asserts value is z.input<Schema> {
  schema.parse(value);
}
