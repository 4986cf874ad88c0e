import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { serverQuery } from "../../api/queries";
import type { ServerDetail } from "../../api/types";
import { Foreign } from "../../parts/foreign";
import { Loaded } from "../../parts/state";
import { Status } from "../../parts/status";
import { TEXTS } from "../../texts";
import { Actions } from "./actions";
import { EgressTab } from "./egress";
import { EventsTab } from "./events";
import { Logs } from "./logs";
import { Manifest } from "./manifest";
import { Overview } from "./overview";
import { Sessions } from "./sessions";
import { Tools } from "./tools";

/** What there is to see of a server, in the order of the tabs. */
export const TABS = ["overview", "tools", "logs", "sessions", "egress", "events", "manifest"] as const;
export type Tab = (typeof TABS)[number];

/** One server. */
export function ServerView({ name, tab }: { name: string; tab: Tab }): ReactNode {
  const query = useQuery(serverQuery(name));
  return (
    <>
      {query.data === undefined && (
        <h1>
          <Foreign>{name}</Foreign>
        </h1>
      )}
      <Loaded query={query}>
        {(server) => (
          <>
            <div className="bar">
              <h1>{name}</h1>
              <Status of={server.status} />
              <Actions server={server} />
            </div>
            <p className="hint">
              <Foreign>{server.description}</Foreign>
            </p>
            {server.reason && (
              <p className="reason">
                {`${TEXTS.server.reason}: `}
                <Foreign most={2_000}>{server.reason}</Foreign>
              </p>
            )}
            <nav className="tabs" aria-label={name}>
              {TABS.map((other) => (
                <Link
                  key={other}
                  to="/servers/$name"
                  params={{ name }}
                  search={{ tab: other }}
                  aria-current={other === tab ? "page" : undefined}
                >
                  {TEXTS.server.tabs[other]}
                </Link>
              ))}
            </nav>
            <Content server={server} tab={tab} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Content({ server, tab }: { server: ServerDetail; tab: Tab }): ReactNode {
  switch (tab) {
    case "overview":
      return <Overview server={server} />;
    case "tools":
      return <Tools server={server} />;
    case "logs":
      return <Logs name={server.name} />;
    case "sessions":
      return <Sessions server={server.name} />;
    case "egress":
      return <EgressTab name={server.name} />;
    case "events":
      return <EventsTab name={server.name} />;
    case "manifest":
      return <Manifest server={server} />;
  }
}
