import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { parseSettings } from "./parse-settings";
import type { Settings } from "./settings";

/**
 * Reads and checks the current stack's config. Nothing else reads Pulumi's config. It is apart from settings.ts because
 * the command line uses that: with Pulumi's SDK each command would start 0.3 s later.
 * @throws ProblemsError with every problem at once
 */
export function loadSettings(): Settings {
  const prefix = `${pulumi.getProject()}:`;
  const all = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  const raw = Object.fromEntries(all.map(([key, value]) => [key.slice(prefix.length), value]));
  // Pulumi tells the program by this variable which values were stored encrypted; its API only warns.
  const secret = z.array(z.string()).parse(JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]"));
  const secretKeys = Object.keys(raw).filter((key) => secret.includes(prefix + key));
  return parseSettings(raw, secretKeys, `Pulumi.${pulumi.getStack()}.yaml`);
}
