import { canonicalJson } from "../lib/canonical-json";
import type { Finding } from "../lib/findings";
import { isRemote, remotePlaces } from "./remote";
import { SignInGrant, SignInOwner } from "./remote-types";
import { manifestSchema } from "./schema";
import { looksLikeSecret } from "./secret-names";
import type { Checked, Document } from "./secret-rules";
import { type Manifest, SessionMode } from "./types";

/** Fields about a container, which a remote server has none of. */
const OF_CONTAINERS = [
  ...["image", "build", "env", "mounts", "storage", "home", "transparentEgress", "database", "services", "uses"],
  ...["resources", "browser", "scratch", "sharedMemory", "cacheDir", "workdir"],
] as const satisfies (keyof Manifest)[];

const ELSEWHERE = "nothing: the server runs elsewhere and has no container here";

/** True for a field that says nothing else than its default. */
function isDefault(key: keyof Manifest, value: unknown): boolean {
  const fallback: unknown = manifestSchema.shape[key].safeParse(undefined).data;
  return value === undefined || (fallback !== undefined && canonicalJson(value) === canonicalJson(fallback));
}

function ofContainers(checked: Checked, document: Document): Finding[] {
  const said = OF_CONTAINERS.filter((key) => !isDefault(key, checked[key] ?? document[key]));
  const secrets = (checked.secrets ?? []).flatMap(({ env, file }, index) =>
    [env === undefined ? [] : ["env"], file === undefined ? [] : ["file"]].flat().map((key) => ["secrets", index, key]),
  );
  const warm = checked.sessions?.warmPool ? [["sessions", "warmPool"]] : [];
  return [...said.map((key) => [key]), ...secrets, ...warm].map((path) => {
    return { path, got: "a value", expected: ELSEWHERE, fix: "remove it" };
  });
}

/** A remote server's ways out are those to its address and to its issuer. */
function otherWays({ egress = [] }: Checked, document: Document): Finding[] {
  const places = remotePlaces(document);
  if (places.length === 0 || egress.join() === places.join()) return [];
  const expected = `nothing: it follows from transport.url${document.oauth ? " and oauth" : ""}, ${places.join(", ")}`;
  return [{ path: ["egress"], got: "a value", expected, fix: "remove it" }];
}

function certificateAndKey({ tls }: Checked): Finding[] {
  if (!tls || (tls.certificate === undefined) === (tls.key === undefined)) return [];
  const got = tls.key ? "key alone" : "certificate alone";
  return [{ path: ["tls"], got, expected: "certificate and key together", fix: "add the other one" }];
}

/** Who brings the token, and for which client. */
function signIn({ oauth, headers = {}, sessions }: Checked): Finding[] {
  if (!oauth) return [];
  const own = Object.keys(headers).filter((name) => name.toLowerCase() === "authorization");
  const isMixed = oauth.credentials === SignInOwner.PerUser && sessions?.mode === SessionMode.Shared;
  const isOwn = oauth.grant === SignInGrant.ClientCredentials;
  const isShared = (oauth.credentials ?? SignInOwner.Shared) === SignInOwner.Shared;
  const expected = "clientId and clientSecret with grant client-credentials, and credentials shared";
  const isNobodys = isOwn && !(oauth.clientId !== undefined && oauth.clientSecret && isShared);
  const alone = oauth.clientSecret && oauth.clientId === undefined;
  return [
    ...own.map((name) => ({
      path: ["headers", name],
      got: "a value, and oauth",
      expected: "one of the two: the token of oauth goes into this header",
      fix: "remove one",
    })),
    ...(isMixed
      ? [
          {
            path: ["sessions", "mode"],
            got: "shared",
            expected: "per-client: with oauth.credentials per-user no session is for two",
            fix: "remove it",
          },
        ]
      : []),
    ...(isNobodys
      ? [{ path: ["oauth", "grant"], got: "client-credentials", expected, fix: "add what is missing" }]
      : []),
    ...(alone
      ? [
          {
            path: ["oauth"],
            got: "clientSecret alone",
            expected: "clientId and clientSecret together",
            fix: "add clientId",
          },
        ]
      : []),
  ];
}

/** Reports values that everybody can read and that look like secrets, without showing them. */
function plainHeaders({ name = "<server>", headers = {}, transport, notSecrets = [] }: Checked): Finding[] {
  const got = "a value that looks like a secret";
  const expected = "no secret: this is readable in `docker inspect`";
  const found = Object.entries(headers).filter(
    ([header, { secret, value = "" }]) =>
      secret === undefined && !notSecrets.includes(header) && looksLikeSecret(header.replaceAll("-", "_"), value),
  );
  const query = transport?.url && URL.canParse(transport.url) ? [...new URL(transport.url).searchParams] : [];
  return [
    ...found.map(([header]) => ({
      path: ["headers", header],
      got,
      expected,
      fix: `write {secret: NAME}, and set it: bin/dind-mcp secrets set ${name} NAME; or the header's name into notSecrets`,
    })),
    ...query
      .filter(([key, value]) => !notSecrets.includes(key) && looksLikeSecret(key, value))
      .map(([key]) => ({
        path: ["transport", "url"],
        got: `${got}: ${key}`,
        expected,
        fix: "use headers, with a secret",
      })),
  ];
}

/** Each header once: HTTP does not tell capitals from small letters. */
function sameHeaders({ headers = {} }: Checked): Finding[] {
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  return Object.keys(headers)
    .filter((_, index) => names.indexOf(names[index] ?? "") < index)
    .map((name) => ({
      path: ["headers", name],
      got: `${name} again`,
      expected: "each header once",
      fix: "remove one",
    }));
}

/** What only a remote server has. */
function onlyRemote({ headers = {}, oauth, tls }: Checked): Finding[] {
  const said = [Object.keys(headers).length > 0 ? ["headers"] : [], oauth ? ["oauth"] : [], tls ? ["tls"] : []].flat();
  const expected = "nothing: it is for servers of `transport.type: remote`";
  return said.map((key) => ({ path: [key], got: "a value", expected, fix: "remove it" }));
}

/** Checks what only a remote server may say, and what it may not. */
export function remoteFindings(checked: Checked, document: Document): Finding[] {
  const { transport } = checked;
  if (transport === undefined) return [];
  if (!isRemote({ transport })) return onlyRemote(checked);
  const rules = [ofContainers, otherWays, certificateAndKey, signIn, plainHeaders, sameHeaders];
  return rules.flatMap((rule) => rule(checked, document));
}
