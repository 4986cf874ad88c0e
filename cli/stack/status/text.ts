import { lastBackupText } from "../../backup/last-backup";
import { engineText } from "../../engine/text";
import { table } from "../../output";
import type { Isolation } from "./isolation";
import type { StackStatus } from "./status";

/** The status as one screen of text. */
export function statusText(status: StackStatus): string {
  const { stack, ok, engine, api, versions } = status;
  const sections: [string, string][] = [
    ["Engine", engineText(engine)],
    ["Servers", containersText(status)],
    ["Endpoints", pairs({ ...status.endpoints, "(API)": [api.state, api.reason].filter(Boolean).join(": ") })],
    ...(api.consul ? [["Consul", consulText(api.consul)] satisfies [string, string]] : []),
    ["Certificates", certificatesText(status)],
    ["Last backup", lastBackupText(status.lastBackup)],
    ["Drift", driftText(status)],
    ["Isolation", status.isolation ? isolationText(status.isolation, status.drift) : "no engine container"],
    [
      "Versions",
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    ],
  ];
  const body = sections.map(([title, text]) => `${title}\n${text.replace(/^/gm, "  ")}`);
  return [`${stack}: ${ok ? "healthy, as declared" : "needs attention"}`, ...body].join("\n\n");
}

function pairs(values: Record<string, string>): string {
  const width = Math.max(...Object.keys(values).map((name) => name.length));
  return Object.entries(values)
    .map(([name, value]) => `${name.padEnd(width)}  ${value}`)
    .join("\n");
}

function containersText({ containers, api }: StackStatus): string {
  if (!containers) return "unknown: the engine does not answer";
  const rows = containers.map(({ name, server, companionOf, shared, managedBy, state, image }) => [
    server ?? shared ?? (companionOf ? name.replace(/^mcp-/, "") : name),
    state,
    shared
      ? "shared service"
      : companionOf
        ? `companion of ${companionOf}`
        : server
          ? (managedBy ?? "")
          : "the stack's own",
    server ? String(api.sessions?.[server] ?? "") : "",
    image.replace("sha256:", "").slice(0, 12),
    (server && api.reasons?.[server]) || "",
  ]);
  return table(["NAME", "STATE", "MANAGED BY", "SESSIONS", "IMAGE", ""], rows);
}

/** How registering with Consul goes. */
export function consulText({
  address,
  state,
  since,
  reason,
  services,
}: NonNullable<StackStatus["api"]["consul"]>): string {
  const unwell = services.filter(({ health }) => health !== "passing").map(({ name, health }) => `${name} ${health}`);
  const held = `${services.length} services${unwell.length === 0 ? "" : `: ${unwell.join(", ")}`}`;
  return pairs({ [address]: `${state} since ${since}; ${held}`, ...(reason ? { reason } : {}) });
}

function certificatesText({ certificates }: StackStatus): string {
  const line = (daysLeft: number, due: boolean): string => {
    if (daysLeft < 0) return "expired; bin/dind-mcp up renews it";
    return `${daysLeft} days left${due ? "; the next up renews it" : ""}`;
  };
  return pairs(
    Object.fromEntries(
      certificates.map(({ name, validUntil, daysLeft, renewalDue }) => [
        name,
        `${validUntil}, ${line(daysLeft, renewalDue)}`,
      ]),
    ),
  );
}

function driftText({ drift, driftUnknown }: StackStatus): string {
  if (!drift) return `unknown: ${driftUnknown}`;
  if (drift.length === 0) return "none: every container is as declared";
  const names = [...new Set(drift.map(({ container }) => container))];
  return `${drift.length} differences in ${names.join(", ")}; bin/dind-mcp validate names them, bin/dind-mcp up mends them`;
}

function isolationText(i: Isolation, drift: StackStatus["drift"]): string {
  const yes = (flag: boolean): string => (flag ? "yes" : "no");
  return pairs({
    engine: i.privileged
      ? "PRIVILEGED"
      : `not privileged; ${i.capabilities.length} capabilities, ${i.runtime}, cgroup v${i.cgroupVersion}`,
    seccomp: i.seccomp ? "a profile of our own" : "none of our own",
    apparmor: i.apparmor,
    "read-only root": yes(i.readOnlyRoot),
    "user namespace": i.userNamespace ? "yes" : "no: root in the engine is close to root on the host",
    servers: drift
      ? `no capability, no new privileges, read-only root, own user, limits${drift.length === 0 ? ": checked just now" : ", but for the drift above"}`
      : "not checked",
  });
}
