/** A view of the page. */
export interface View {
  name: string;
  path: string;
}

/** The tabs of a server: the page's own list is in a module that only browsers load. */
const TABS = ["overview", "tools", "logs", "sessions", "egress", "events", "manifest"];

/** Every view of the page over the demonstration's fleet, but signing in. */
export const VIEWS: View[] = [
  { name: "fleet", path: "/" },
  ...TABS.map((tab) => ({ name: `server-${tab}`, path: `/servers/files?tab=${tab}` })),
  { name: "activity", path: "/activity" },
  { name: "connect", path: "/connect" },
  { name: "add", path: "/add" },
  { name: "topology", path: "/topology" },
  { name: "tokens", path: "/tokens" },
];
