// A client may name folders of its own as its MCP "roots", and the server would then serve those instead of the one it
// was started with. Which folder it serves is the manifest's decision: the server never gets to hear of any roots.
import { Server } from "@modelcontextprotocol/sdk/server/index.js";

Server.prototype.listRoots = async () => ({});

await import("@modelcontextprotocol/server-filesystem/dist/index.js");
