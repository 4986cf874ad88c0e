// Import from and export to the official MCP registry's server.json, schema 2025-12-11.
export { PACKAGE_NAMES, PACKAGE_VERSION, PYTHON } from "./dockerfile";
export { toServerJson } from "./export";
export { EGRESS, fromServerJson, type ImportOptions, type ImportResult } from "./import";
export { formatNote, type ImportNote, note } from "./notes";
export { OFFICIAL_META, OUR_META, SERVER_JSON_SCHEMA, type ServerJson, serverJsonSchema } from "./schema";
