import { CLIENT_NAMES, type Client } from "../../api/client-configs";

/** Clients whose files are written. */
export type ClientName = Exclude<Client, "generic">;
export const CLIENTS = CLIENT_NAMES.filter((client): client is ClientName => client !== "generic");

/** For all of a user's work, or for one folder of it. */
export const SCOPES = ["user", "project"] as const;
export type ClientScope = (typeof SCOPES)[number];
