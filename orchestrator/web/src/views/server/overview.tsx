import type { ReactNode } from "react";
import type { ServerDetail } from "../../api/types";
import { Facts } from "../../parts/facts";
import { bytes, duration, moment } from "../../parts/format";
import { TEXTS } from "../../texts";
import { HourView } from "./hour";

const { server: texts } = TEXTS;

/** What a server is and uses. */
export function Overview({ server }: { server: ServerDetail }): ReactNode {
  const { url, image, startedAt, restarts, oomKills, usage, stats, storage } = server;
  return (
    <>
      <Facts
        all={{
          [texts.url]: <code>{url}</code>,
          [texts.startedAt]: startedAt === undefined ? texts.notRunning : moment(startedAt),
          [texts.sessions]: `${usage.sessions} ${TEXTS.fleet.of} ${usage.cap}`,
          [texts.inFlight]: usage.inFlight,
          [texts.cpu]: stats && duration(stats.cpuSeconds),
          [texts.memory]: stats && <Meter used={stats.memory.usage} limit={stats.memory.limit} label={texts.memory} />,
          [texts.processes]: stats?.processes,
          [texts.network]:
            stats && `${bytes(stats.network.received)} ${texts.received}, ${bytes(stats.network.sent)} ${texts.sent}`,
          [texts.restarts]: restarts,
          [texts.oom]: oomKills,
          [texts.image]: <code>{image.digest ?? image.id}</code>,
        }}
      />
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

/** How much of a limit is used, in words and as a bar. */
function Meter({ used, limit, label }: { used: number; limit: number; label: string }): ReactNode {
  return (
    <>
      {`${bytes(used)} ${TEXTS.fleet.of} ${bytes(limit)} `}
      <meter aria-label={label} min={0} max={limit} high={0.9 * limit} value={used} />
    </>
  );
}
