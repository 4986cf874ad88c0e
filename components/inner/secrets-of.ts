import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { placeholder } from "../../manifest/placeholder";
import type { Manifest } from "../../manifest/types";

/** Values of secrets, by server or shared service, and name. */
export type SecretValues = Record<string, Record<string, string>>;

/**
 * What a server has of its secrets: its own, those of the shared services that it names, and placeholders of those that the egress
 * proxy keeps.
 * @param parent of the random numbers that placeholders are made from
 */
export function secretsOf(
  { name: server, secrets }: Pick<Manifest, "name" | "secrets">,
  all: SecretValues,
  parent: pulumi.Resource,
): Record<string, pulumi.Input<string>> {
  const other = secrets.flatMap(({ name, from, inject }) => {
    const [service = "", secret = ""] = from?.split(".") ?? [];
    const value = from === undefined ? all[server]?.[name] : all[service]?.[secret];
    if (value === undefined || (from === undefined && !inject)) return [];
    return [[name, inject ? inPlaceOf(value, `${server}-${name}-placeholder`, parent) : value] as const];
  });
  return { ...all[server], ...Object.fromEntries(other) };
}

function inPlaceOf(value: string, name: string, parent: pulumi.Resource): pulumi.Output<string> {
  const seed = new random.RandomPassword(name, { length: 32, special: false }, { parent }).result;
  return seed.apply((text) => placeholder(value.trim(), text));
}
