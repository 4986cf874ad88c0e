import { AuditLog } from "../../../../orchestrator/audit/audit-log";

/** Records without end, until it is killed: `writer.ts FOLDER`. Says `ready` after the first lines. */
const folder = process.argv[2] as string;
const log = new AuditLog({ folder, arguments: "full", fileBytes: 200_000, files: 3, warn: console.error });
let count = 0;
setInterval(() => {
  for (let index = 0; index < 200; index++) {
    const args = { text: "x".repeat(count % 700) };
    log.record({
      time: Date.now(),
      kind: "mcp",
      request: String(++count),
      method: "tools/call",
      arguments: args,
      result: "ok",
      ms: 1,
    });
  }
  if (count === 2_000) console.log("ready");
}, 1);
