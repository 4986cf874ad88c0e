// Import from and export to the official MCP registry's server.json, schema 2025-12-11.
export { toServerJson } from "./export";
export { fromServerJson, type ImportOptions, type ImportResult } from "./import";
export { formatNote, type ImportNote } from "./notes";
