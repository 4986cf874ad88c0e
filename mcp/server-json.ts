// Import from and export to the official MCP registry's server.json, schema 2025-12-11.
export { toServerJson } from "./server-json-export";
export { fromServerJson, type ImportOptions, type ImportResult } from "./server-json-import";
export { formatNote, type ImportNote } from "./server-json-notes";
