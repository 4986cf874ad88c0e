/** What a unit is made of. */
export interface Unit {
  stack: string;
  /** The project's folder. */
  project: string;
  /** Who it runs as. */
  user: string;
  /** What the launcher needs of the environment it was installed from. */
  environment: Record<string, string>;
  /** A file of the user's with what must not stand in a unit, like a passphrase; it need not exist. */
  environmentFile: string;
}

/** Name of a stack's unit. */
export const unitName = (stack: string): string => `dind-mcp-${stack}.service`;

/** A value between quotes, as systemd reads it. */
export const quoted = (text: string): string => `"${text.replace(/[\\"]/g, "\\$&").replaceAll("%", "%%")}"`;

/** Lines of a unit's section [Service]: who it runs as, and in which environment. */
export function runsAs({ user, environment, environmentFile }: Omit<Unit, "stack" | "project">): string {
  const variables = Object.entries(environment).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`);
  return [`User=${user}`, ...variables, `EnvironmentFile=-${environmentFile.replaceAll("%", "%%")}`].join("\n");
}

/** The text of a systemd unit that keeps a stack up. */
export function unitText({ stack, project, ...rest }: Unit): string {
  return `# Made by \`bin/dind-mcp service install --stack ${stack}\`; \`service remove\` takes it away.
[Unit]
Description=dind-mcp: keeps the stack ${stack} up
Wants=network-online.target
After=network-online.target docker.service
StartLimitIntervalSec=0

[Service]
Type=exec
${runsAs(rest)}
ExecStart=${quoted(`${project}/bin/dind-mcp`)} service watch --stack ${stack}
# An up that is at work ends in order; what it started on this machine (the image mirror) goes on.
KillMode=process
TimeoutStopSec=180
Restart=always
RestartSec=30
# There is no such stack.
RestartPreventExitStatus=5

[Install]
WantedBy=multi-user.target
`;
}
