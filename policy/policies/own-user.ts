import { Role } from "../../manifest/container/labels";
import { type ContainerInputs, uidOf } from "../container";
import { containerPolicy } from "../define";
import { items, text, UNKNOWN } from "../known";

interface Config {
  minimumUid: number;
}

/** Groups that are root's, or whatever the image calls so. Without one, Docker takes the image's for the user. */
function groups({ user, groupAdds }: ContainerInputs): string[] {
  const [, own] = (text(user) ?? "").split(":");
  const isOdd = (group: string): boolean => !/^\d*[1-9]\d*$/.test(group);
  return [
    ...(own !== undefined && isOdd(own) ? [`its group is ${JSON.stringify(own)}, expected a number other than 0`] : []),
    ...items(groupAdds)
      .filter(isOdd)
      .map((group) => `groupAdds has ${JSON.stringify(group)}, expected a number other than 0`),
  ];
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
    if (uid !== undefined && uid >= minimumUid) return groups(inputs);
    return [
      `user is ${inputs.user ? JSON.stringify(inputs.user) : "the image's own"}, expected a number from ${minimumUid}`,
    ];
  },
});
