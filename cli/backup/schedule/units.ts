import { quoted, runsAs, type Unit } from "../../service/unit";

/** When a backup is to be made, and how. */
export interface Schedule extends Unit {
  /** Folder of the backups, absolute. */
  folder: string;
  /** Time of the day, of this machine's clock: `03:30`. */
  at: string;
  /** Options of `backup`, each with its value. */
  options: (readonly [name: string, value: string])[];
}

/** A unit's file: its name and its content. */
export interface UnitFile {
  name: string;
  text: string;
}

/** An argument in ExecStart, where systemd would put variables in as well. */
const argument = (text: string): string => quoted(text).replaceAll("$", "$$$$");

/** The systemd units for a stack's backups: what is done, and when. */
export function backupUnits({ stack, project, folder, at, options, ...rest }: Schedule): {
  service: UnitFile;
  timer: UnitFile;
} {
  const name = `dind-mcp-${stack}-backup`;
  const given = options.map(([option, value]) => ` ${option} ${argument(value)}`).join("");
  const service = `# Made by \`bin/dind-mcp backup schedule --stack ${stack}\`; ${name}.timer starts it.
[Unit]
Description=dind-mcp: backup of the stack ${stack}
Wants=network-online.target
After=network-online.target docker.service

[Service]
Type=oneshot
${runsAs(rest)}
ExecStart=${quoted(`${project}/bin/dind-mcp`)} backup ${argument(`${folder}/`)} --stack ${stack}${given}
Nice=10
IOSchedulingClass=idle
`;
  const timer = `# Made by \`bin/dind-mcp backup schedule --stack ${stack}\`.
[Unit]
Description=dind-mcp: when the stack ${stack} is backed up

[Timer]
OnCalendar=*-*-* ${at}:00
# What was due while the machine was off is made up for.
Persistent=true

[Install]
WantedBy=timers.target
`;
  return { service: { name: `${name}.service`, text: service }, timer: { name: `${name}.timer`, text: timer } };
}

const FOLDER = "/etc/systemd/system";

/** A script for root's shell that sets units up and starts the timer; it can be run again. */
export function installScript({ service, timer }: ReturnType<typeof backupUnits>): string {
  const write = ({ name, text }: UnitFile): string => `cat >${FOLDER}/${name} <<'END'\n${text}END\n`;
  return `set -e
${write(service)}
${write(timer)}
systemctl daemon-reload
systemctl enable --quiet ${timer.name}
systemctl restart ${timer.name}`;
}
