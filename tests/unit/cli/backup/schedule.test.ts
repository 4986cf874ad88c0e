import assert from "node:assert/strict";
import { cronLine } from "../../../../cli/backup/schedule/cron";
import { backupUnits, installScript, type Schedule } from "../../../../cli/backup/schedule/units";

const SCHEDULE: Schedule = {
  stack: "dev",
  project: "/srv/dind mcp/100%",
  user: "alice",
  environment: { HOME: "/home/alice", DIND_MCP_STATE: "/it's/50%" },
  environmentFile: "/state/50%/dev.env",
  folder: "/srv/$backups",
  at: "03:05",
  options: [
    ["--keep", "7d,4w"],
    ["--passphrase-file", "/root/backup key"],
  ],
};

describe("backup schedule", () => {
  const units = backupUnits(SCHEDULE);

  it("has a service that makes one backup, as its user, with paths as systemd reads them", () => {
    assert.equal(units.service.name, "dind-mcp-dev-backup.service");
    const lines = units.service.text.split("\n");
    for (const line of [
      "Type=oneshot",
      "User=alice",
      'Environment="HOME=/home/alice"',
      "EnvironmentFile=-/state/50%%/dev.env",
      'ExecStart="/srv/dind mcp/100%%/bin/dind-mcp" backup "/srv/$$backups/" --stack dev --keep "7d,4w" --passphrase-file "/root/backup key"',
    ])
      assert.ok(lines.includes(line), line);
    assert.ok(!lines.includes("[Install]"), "the timer alone starts it");
  });

  it("has a timer for every day, also after a night off", () => {
    assert.equal(units.timer.name, "dind-mcp-dev-backup.timer");
    for (const line of ["OnCalendar=*-*-* 03:05:00", "Persistent=true", "WantedBy=timers.target"])
      assert.ok(units.timer.text.split("\n").includes(line), line);
  });

  it("is a script that writes both, and starts the timer", () => {
    const script = installScript(units);
    for (const { name, text } of [units.service, units.timer])
      assert.ok(script.includes(`cat >/etc/systemd/system/${name} <<'END'\n${text}END\n`), name);
    assert.match(
      script,
      /systemctl daemon-reload\n.* dind-mcp-dev-backup\.timer\nsystemctl restart dind-mcp-dev-backup\.timer$/,
    );
  });

  it("is a line for cron, one for the shell behind it", () => {
    assert.equal(
      cronLine(SCHEDULE),
      "5 3 * * * env HOME=/home/alice DIND_MCP_STATE='/it'\\''s/50\\%' '/srv/dind mcp/100\\%/bin/dind-mcp' backup " +
        "'/srv/$backups/' --stack dev --keep 7d,4w --passphrase-file '/root/backup key'",
    );
  });
});
