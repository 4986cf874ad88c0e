/** Where the egress proxy finds the keys that it puts into requests, and its authority's key; nobody else has this folder. */
export const KEYS_FOLDER = "/run/egress-keys";
/** Where the proxy leaves its authority's certificate, and servers that have such keys find it, in the forms that programs read. */
export const TRUST_FOLDER = "/run/egress-ca";
/** The volume in that place, in the engine. */
export const TRUST_VOLUME = "mcp-egress-ca";
