import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useDeferredValue, useMemo, useRef, useState } from "react";
import type { PlacedServer, Topology } from "../../../../../api/schemas/topology";
import { topologyQuery } from "../../api/queries";
import { download } from "../../parts/download";
import { Foreign } from "../../parts/foreign";
import { Empty, Loaded } from "../../parts/state";
import { TEXTS } from "../../texts";
import { asSvg } from "./as-svg";
import { layout } from "./layout";
import { Picture } from "./picture";

const { topology: texts } = TEXTS;

/** What is where: host engine, engine, servers, networks, folders, volumes, ways out. */
export function TopologyView(): ReactNode {
  return (
    <>
      <h1>{texts.title}</h1>
      <p>{texts.intro}</p>
      <Loaded query={useQuery(topologyQuery)}>
        {(all) => (all.servers.length === 0 ? <Empty>{texts.empty}</Empty> : <Fleet all={all} />)}
      </Loaded>
    </>
  );
}

function Fleet({ all }: { all: Topology }): ReactNode {
  const [filter, setFilter] = useState("");
  const wanted = useDeferredValue(filter.toLowerCase());
  const picture = useRef<SVGSVGElement>(null);
  const navigate = useNavigate();
  const shown = useMemo(
    () => ({ ...all, servers: all.servers.filter((server) => saying(server).toLowerCase().includes(wanted)) }),
    [all, wanted],
  );
  const drawing = useMemo(() => layout(shown), [shown]);
  const save = (): void => {
    if (picture.current) download("topology.svg", asSvg(picture.current));
  };
  return (
    <>
      <div className="bar">
        <input
          type="search"
          aria-label={TEXTS.fleet.filter}
          placeholder={TEXTS.fleet.filter}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <button type="button" onClick={save}>
          {texts.save}
        </button>
      </div>
      {shown.servers.length === 0 ? (
        <Empty>{texts.none}</Empty>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <section className="wide" aria-label={texts.picture} tabIndex={0}>
          <Picture
            drawing={drawing}
            open={(name) => void navigate({ to: "/servers/$name", params: { name } })}
            picture={picture}
          />
        </section>
      )}
      <details>
        <summary>{texts.asList}</summary>
        <ul>
          {shown.servers.map((server) => (
            <li key={server.name}>
              <Link to="/servers/$name" params={{ name: server.name }}>
                {server.name}
              </Link>
              {": "}
              <Foreign most={4_000}>{saying(server)}</Foreign>
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}

/** All that the picture says of a server, in words. */
function saying({ name, status, network, mounts, companions, database, egress }: PlacedServer): string {
  return [
    `${name}, ${status}`,
    network ? `${network.name} ${network.subnet}` : texts.noNetwork,
    ...mounts.map((mount) => {
      return `${texts.kinds[mount.kind]} ${mount.name} ${mount.path}${mount.readOnly ? ` ${texts.readOnly}` : ""}`;
    }),
    ...companions.map((one) => texts.companion(`${one.name} ${one.status}`, one.shared)),
    ...(database ? [texts.database] : []),
    egress.length > 0 ? `${texts.headings.out}: ${egress.join(", ")}` : texts.nothing,
  ].join("; ");
}
