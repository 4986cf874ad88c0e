import { validateCatalog } from "../../manifest/catalog";
import { catalogEntries } from "../../manifest/load-catalog";
import { configuredSecrets } from "../../manifest/manifest";
import type { Secret } from "../../manifest/types";
import { CliError, ExitCode } from "../errors";

/** A secret that a server or a shared service of the catalog asks for. */
export interface DeclaredSecret extends Secret {
  server: string;
}

/** Every secret that the catalog's manifests ask for; those of a manifest that is wrong are not among them. */
export function declaredSecrets(folders: string[], root: string): DeclaredSecret[] {
  const { servers, services } = validateCatalog(catalogEntries(folders, root));
  return [
    ...servers.flatMap(({ manifest }) =>
      configuredSecrets(manifest).map((secret) => ({ ...secret, server: manifest.name })),
    ),
    ...services.flatMap(({ service: { name, secrets } }) => secrets.map((secret) => ({ ...secret, server: name }))),
  ];
}

/** A line of `secrets list`. */
export interface SecretRow {
  server: string;
  secret: string;
  required: boolean;
  /** True when the config has a value. */
  set: boolean;
  description?: string;
}

/**
 * What is asked for and whether it has a value; then the values that nobody asks for, as of a server that left the
 * catalog: `up` refuses them.
 * @param values by server and secret
 */
export function secretRows(declared: DeclaredSecret[], values: Record<string, Record<string, unknown>>): SecretRow[] {
  const asked = declared.map(({ server, name, required, description }) => {
    return { server, secret: name, required, set: Object.hasOwn(values[server] ?? {}, name), description };
  });
  const left = Object.entries(values).flatMap(([server, names]) =>
    Object.keys(names)
      .filter((secret) => !declared.some((one) => one.server === server && one.name === secret))
      .map((secret) => {
        const description = `no manifest asks for it: bin/dind-mcp secrets remove ${server} ${secret}`;
        return { server, secret, required: false, set: true, description };
      }),
  );
  return [...asked, ...left];
}

/**
 * A server's secret, by its name or by the variable that it becomes.
 * @throws CliError that names those that there are
 */
export function declaredSecret(all: DeclaredSecret[], server: string, name: string): DeclaredSecret {
  const own = all.filter((secret) => secret.server === server);
  const variable = name.toLowerCase().replaceAll("_", "-");
  const found = own.find((secret) => secret.name === name) ?? own.find((secret) => secret.name === variable);
  if (found) return found;
  const listed = (names: string[]): string => [...new Set(names)].join(", ") || "none";
  if (own.length > 0) {
    const expected = `one that its manifest asks for: ${listed(own.map((secret) => secret.name))}`;
    throw new CliError(`NAME: got ${JSON.stringify(name)}, expected ${expected}`, ExitCode.NotFound);
  }
  const expected = `a server whose manifest asks for a secret: ${listed(all.map((secret) => secret.server))}`;
  const fix =
    "a line `secrets: [{name: ...}]` in its server.yaml; bin/dind-mcp servers validate says what is wrong with it";
  throw new CliError(`SERVER: got ${JSON.stringify(server)}, expected ${expected}`, ExitCode.NotFound, fix);
}
