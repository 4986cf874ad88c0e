import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { egressQuery } from "../../api/queries";
import type { ServerDetail } from "../../api/types";
import { Facts } from "../../parts/facts";
import { Foreign } from "../../parts/foreign";
import { bytes, duration, moment } from "../../parts/format";
import { TEXTS } from "../../texts";
import { lastHour } from "./egress";
import { HourView } from "./hour";
import { SignIn } from "./sign-in";

const { server: texts } = TEXTS;

/** What a server is and uses. */
export function Overview({ server }: { server: ServerDetail }): ReactNode {
  const { url, image, remote, startedAt, restarts, oomKills, usage, stats, storage, secrets } = server;
  const hasWayOut = Array.isArray(server.manifest.egress) && server.manifest.egress.length > 0;
  const { data: egress } = useQuery({ ...egressQuery(server.name), enabled: hasWayOut });
  return (
    <>
      <Facts
        all={{
          [texts.url]: <code>{url}</code>,
          [texts.remote]: remote && <Foreign>{`${remote.url} (${remote.protocol})`}</Foreign>,
          [texts.startedAt]: remote ? undefined : startedAt === undefined ? texts.notRunning : moment(startedAt),
          [texts.sessions]: `${usage.sessions} ${TEXTS.fleet.of} ${usage.cap}`,
          [texts.inFlight]: usage.inFlight,
          [texts.cpu]: stats && duration(stats.cpuSeconds),
          [texts.memory]: stats && <Meter used={stats.memory.usage} limit={stats.memory.limit} label={texts.memory} />,
          [texts.processes]: stats?.processes,
          [texts.network]:
            stats && `${bytes(stats.network.received)} ${texts.received}, ${bytes(stats.network.sent)} ${texts.sent}`,
          [texts.restarts]: remote ? undefined : restarts,
          [texts.oom]: remote ? undefined : oomKills,
          [texts.lastHour]: egress && lastHour(egress.items),
          [texts.secrets]: secrets.length > 0 ? secrets.map(secretText).join("; ") : undefined,
          [texts.image]: image && <Image of={image} />,
        }}
      />
      <SignIn server={server} />
      <HourView server={server.name} />
      {storage.length > 0 && (
        <>
          <h2>{texts.storage}</h2>
          <Facts
            all={Object.fromEntries(
              storage.map(({ name, path, size, used }) => [
                `${name} (${path})`,
                used === undefined ? bytes(size) : <Meter key={name} used={used} limit={size} label={name} />,
              ]),
            )}
          />
        </>
      )}
    </>
  );
}

/** Who has a secret's value. */
function secretText({ name, held, host }: ServerDetail["secrets"][number]): string {
  return `${name} ${texts.heldBy[held]}${host === undefined ? "" : ` (${host})`}`;
}

function Image({ of: { id, digest, created } }: { of: NonNullable<ServerDetail["image"]> }): ReactNode {
  const age = created === undefined ? undefined : duration((Date.now() - Date.parse(created)) / 1_000);
  return (
    <>
      <code>{digest ?? id}</code>
      {age !== undefined && <span className="hint">{` ${texts.imageAge(age)}, ${moment(created)}`}</span>}
    </>
  );
}

/** How much of a limit is used, in words and as a bar. */
function Meter({ used, limit, label }: { used: number; limit: number; label: string }): ReactNode {
  return (
    <>
      {`${bytes(used)} ${TEXTS.fleet.of} ${bytes(limit)} `}
      <meter aria-label={label} min={0} max={limit} high={0.9 * limit} value={used} />
    </>
  );
}
