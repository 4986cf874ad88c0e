import type { Finding } from "../lib/findings";
import { argumentName } from "./not-secrets";
import { looksLikeSecret, secretArguments, secretNameOf } from "./secret-names";
import type { Service } from "./service-types";
import type { Manifest } from "./types";

/** The fields of a manifest that are valid by themselves. A rule applies when all the fields it needs are there. */
export type Checked = Partial<Manifest> & Partial<Pick<Service, "tmpfs">>;
/** The manifest as it was written, for rules that also look at invalid fields. */
export type Document = Record<string, unknown>;

/** Name of the secret with the database's address. */
export const DATABASE_SECRET = "dsn";
/** Variables that lead a program to a proxy; with `egress` the stack sets them. */
export const PROXY_VARIABLES = /^(https?|all|no)_proxy$/i;

/** With `database: true` no other secret may have the file of the database's address. */
export function databaseSecret({ database, secrets = [] }: Checked): Finding[] {
  if (!database) return [];
  return secrets.flatMap(({ name, file }, index) =>
    name !== DATABASE_SECRET && file === `/run/secrets/${DATABASE_SECRET}`
      ? [
          {
            path: ["secrets", index, "file"],
            got: JSON.stringify(file),
            expected: "another file: `database: true` brings this one along",
            fix: "remove it",
          },
        ]
      : [],
  );
}

/** Reports a secret's variable that something else sets, too. */
export function secretVariables({ secrets = [], env = {}, egress = [] }: Checked): Finding[] {
  const named = secrets.flatMap(({ env: name }, index) => (name === undefined ? [] : [{ name, index }]));
  const fix = "take one of them out";
  return named.flatMap(({ name, index }, at): Finding[] => {
    const path = ["secrets", index, "env"];
    const got = JSON.stringify(name);
    if (named.findIndex((other) => other.name === name) < at)
      return [{ path, got: `${got} again`, expected: "each variable once", fix }];
    if (name in env) return [{ path, got, expected: "a variable that env does not set as well", fix }];
    if (egress.length > 0 && PROXY_VARIABLES.test(name))
      return [{ path, got, expected: "no proxy variable: egress sets them, and there is no other way out", fix }];
    return [];
  });
}

/** Reports values that everybody can read and that look like secrets, without showing them. */
export function plainSecrets({
  name: server = "<server>",
  env = {},
  build,
  transport,
  notSecrets = [],
}: Checked): Finding[] {
  const expected = "no secret: this is readable in `docker inspect`";
  const otherwise = "if it is none, write `# not a secret` behind it, or its name into notSecrets";
  const fix = `use secrets: the value then reaches the server as a file in /run/secrets; ${otherwise}`;
  const got = "a value that looks like a secret";
  const found = (variables: Record<string, string>): string[] =>
    Object.entries(variables)
      .filter(([name, value]) => !notSecrets.includes(name) && looksLikeSecret(name, value))
      .map(([name]) => name);
  // The lines to write instead: a secret that becomes this variable.
  const asSecret = (name: string): string => {
    const secret = secretNameOf(name);
    const lines = `secrets: [{name: ${secret}, env: ${name}}]`;
    return `write \`${lines}\`, and set it: bin/dind-mcp secrets set ${server} ${secret}; ${otherwise}`;
  };
  return [
    ...found(env).map((name) => ({ path: ["env", name], got, expected, fix: asSecret(name) })),
    ...found(build?.args ?? {}).map((name) => ({ path: ["build", "args", name], got, expected, fix })),
    ...(["command", "arguments"] as const).flatMap((key) =>
      secretArguments(transport?.[key] ?? [], notSecrets).map((at) => ({
        path: ["transport", key, at],
        got,
        expected,
        fix,
      })),
    ),
  ];
}

/** A name in `notSecrets` that nothing has: a typing error, or left over from a renamed variable. */
export function namelessPlain(
  { env = {}, build, transport, services, notSecrets = [] }: Checked,
  document: Document,
): Finding[] {
  if (!transport || (document.build !== undefined && !build) || (document.services !== undefined && !services))
    return [];
  const programs = [transport, ...(services ?? [])];
  const words = programs.flatMap(({ command, arguments: given = [] }) => [command, given]);
  const options = words.flatMap((list) => list.map((_, index) => argumentName(list, index)));
  const variables = [{ env, build }, ...(services ?? [])].flatMap((one) => [one.env, one.build?.args ?? {}]);
  const known = [...variables.flatMap(Object.keys), ...options, ...words.flat()];
  return notSecrets.flatMap((name, index): Finding[] => {
    if (known.includes(name)) return [];
    const expected = "a variable of env or build.args, or an option of transport.command";
    return [{ path: ["notSecrets", index], got: JSON.stringify(name), expected, fix: "remove it" }];
  });
}
