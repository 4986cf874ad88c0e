import assert from "node:assert/strict";
import { CSV_HEAD, csvRow } from "../../../../orchestrator/audit/csv";

const entry = {
  time: "2026-11-30T10:00:00.000Z",
  kind: "mcp",
  request: "r1",
  method: "tools/call",
  result: "ok",
  ms: 1.5,
} as const;

describe("audit log: CSV", () => {
  const cells = (more: Record<string, unknown>) => csvRow({ ...entry, ...more });

  it("has a column for everything that an entry holds, and empty cells for what it has not", () => {
    assert.equal(CSV_HEAD, "time,kind,principal,session,server,method,tool,result,code,ms,request,arguments\r\n");
    assert.equal(cells({}), "2026-11-30T10:00:00.000Z,mcp,,,,tools/call,,ok,,1.5,r1,\r\n");
  });

  it("quotes what RFC 4180 wants quoted", () => {
    assert.match(cells({ tool: 'a,"b"\r\nc' }), /,"a,""b""\r\nc",/);
    assert.match(cells({ arguments: { a: 1, b: "x" } }), /,"{""a"":1,""b"":""x""}"\r\n$/);
  });

  it("lets no text become a formula, and leaves numbers alone", () => {
    for (const sign of ["=", "+", "-", "@", "\t", "＝", "＠"])
      assert.ok(cells({ tool: `${sign}1+1` }).includes(`,'${sign}1+1,`), JSON.stringify(sign));
    assert.match(cells({ tool: '=HYPERLINK("x")' }), /,"'=HYPERLINK\(""x""\)",/);
    assert.match(cells({ code: -32_000 }), /,-32000,/);
  });
});
