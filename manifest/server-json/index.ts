// Import from and export to the official MCP registry's server.json, schema 2025-12-11.
export { RUNNABLE } from "./choose";
export { INSTALLED_PROGRAM, PACKAGE_NAMES, PACKAGE_VERSION, PROGRAM, PYTHON } from "./dockerfile";
export { toServerJson } from "./export";
export { EGRESS, fromServerJson, type ImportOptions, type ImportResult, localName } from "./import";
export { formatNote, type ImportNote, note, toFill } from "./notes";
export { OFFICIAL_META, OUR_META, SERVER_JSON_SCHEMA, type ServerJson, serverJsonSchema } from "./schema";
