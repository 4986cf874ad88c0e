import { createRootRoute, createRoute, createRouter } from "@tanstack/react-router";
import { Activity } from "./views/activity";
import { Add } from "./views/add/add";
import { Connect } from "./views/connect/connect";
import { Fleet } from "./views/fleet";
import { Frame } from "./views/frame";
import { ServerView, TABS, type Tab } from "./views/server/server";
import { Tokens } from "./views/tokens/tokens";
import { TopologyView } from "./views/topology/topology";

const root = createRootRoute({ component: Frame });

const fleet = createRoute({ getParentRoute: () => root, path: "/", component: Fleet });

export const serverRoute = createRoute({
  getParentRoute: () => root,
  path: "/servers/$name",
  validateSearch: ({ tab }: Record<string, unknown>): { tab?: Tab } => {
    const known = TABS.find((name) => name === tab);
    return known ? { tab: known } : {};
  },
  component: function ServerRoute() {
    const { name } = serverRoute.useParams();
    const { tab } = serverRoute.useSearch();
    return <ServerView key={name} name={name} tab={tab ?? "overview"} />;
  },
});

const activity = createRoute({ getParentRoute: () => root, path: "/activity", component: Activity });
const connect = createRoute({ getParentRoute: () => root, path: "/connect", component: Connect });
const add = createRoute({ getParentRoute: () => root, path: "/add", component: Add });
const topology = createRoute({ getParentRoute: () => root, path: "/topology", component: TopologyView });
const tokens = createRoute({ getParentRoute: () => root, path: "/tokens", component: Tokens });

/** The views and their addresses. */
export const router = createRouter({
  routeTree: root.addChildren([fleet, serverRoute, activity, add, topology, connect, tokens]),
  defaultPreload: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
