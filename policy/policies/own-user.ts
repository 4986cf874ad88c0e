import { Role, uidOf } from "../container";
import { containerPolicy } from "../define";
import { UNKNOWN } from "../known";

interface Config {
  minimumUid: number;
}

export const ownUser = containerPolicy<Config>({
  id: "own-user",
  title: "A container runs as a user of its own, named by number, and never as root.",
  severity: "high",
  reason: "Root in a container is root to the kernel; a user's name means what the image says it means.",
  fix: 'set user: "UID:GID" with a number nobody else has (this program: `user` of the manifest)',
  references: ["CIS Docker 4.1", "OWASP Docker rule 2"],
  exceptions: {
    [Role.Engine]: "the daemon makes namespaces, mounts and networks; what it may is bounded by its capabilities",
    [Role.VolumeFiles]: "no process of it ever runs; with a user, Docker would look for the files' owner in the image",
  },
  settings: {
    minimumUid: {
      schema: { type: "integer", minimum: 1, description: "Smallest user id; those below belong to the system." },
      default: 1000,
    },
  },
  check: ({ inputs }, { minimumUid }) => {
    if (inputs.user === UNKNOWN) return [];
    const uid = uidOf(inputs);
    if (uid !== undefined && uid >= minimumUid) return [];
    return [
      `user is ${inputs.user ? JSON.stringify(inputs.user) : "the image's own"}, expected a number from ${minimumUid}`,
    ];
  },
});
