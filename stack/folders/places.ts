import { posix } from "node:path";

/** What of the machine a folder may not be, hold or lie in. */
export interface Surroundings {
  /** Home folders of the machine's people. */
  homes: string[];
  /** State and downloads of this program: passphrase, tokens, keys. */
  own: string[];
  /** What the stack is made of: this project and its catalog. Who writes there decides what runs. */
  project: string[];
  /** Where the host engine keeps its data. */
  dataRoot: string;
}

/** What is wrong with a path, and what to do about it. */
export interface Refusal {
  got: string;
  expected: string;
  fix: string;
}

/** Folders of the system: neither they, nor what is in them, nor what holds them. */
const SYSTEM = [
  ...["/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/proc", "/run", "/sbin", "/sys", "/usr"],
  ...["/var/run", "/var/lock", "/var/spool", "/var/backups", "/lost+found", "/snap", "/nix"],
];

/** Docker's and its relatives'. */
const ENGINES = ["docker", "containerd", "containers", "buildkit", "kubelet", "lxc", "lxd", "libvirt"].map(
  (name) => `/var/lib/${name}`,
);

/** Where everybody's files meet: what is in them may be lent, they themselves not. */
const MEETING = ["/home", "/media", "/mnt", "/opt", "/root", "/srv", "/tmp", "/var/cache", "/var/log", "/var/tmp"];

const OTHER = "choose a folder that holds only what the servers need";

/** True when one is the other, or holds it. */
const meets = (a: string, b: string): boolean => holds(a, b) || holds(b, a);

function holds(outer: string, inner: string): boolean {
  return inner === outer || inner.startsWith(outer === "/" ? "/" : `${outer}/`);
}

/**
 * Says why a place cannot be lent, whatever is there; undefined when it can.
 * @param wholeHome the config says that a whole home may be
 */
export function refusedPlace(
  path: string,
  { wholeHome, writable }: { wholeHome: boolean; writable: boolean },
  { homes, own, project, dataRoot }: Surroundings,
): Refusal | undefined {
  const refused = (what: string, fix = OTHER): Refusal => {
    return { got: `${JSON.stringify(path)}, ${what}`, expected: "a folder of your own", fix };
  };
  const within = (places: string[]): string | undefined => places.find((place) => meets(path, posix.normalize(place)));
  if (path === "/") return refused("the whole machine");
  const system = within(SYSTEM);
  if (system)
    return refused(system === path || holds(system, path) ? "a folder of the system" : `which holds ${system}`);
  const engine = within([...ENGINES, dataRoot]);
  if (engine) return refused(`where an engine keeps its data (${engine})`);
  if (/\/\.(docker|local\/share\/(docker|containers))(\/|$)/.test(path)) return refused("where Docker keeps its own");
  const ours = within(own);
  if (ours) {
    const move = "set DIND_MCP_STATE and DIND_MCP_CACHE to folders elsewhere, or choose another folder";
    return refused(`which shows our state: passphrase, tokens, keys (${ours})`, move);
  }
  const made = writable ? within(project) : undefined;
  if (made) return refused(`where servers could change what runs (${made})`, "lend it read-only, or another folder");
  // Not everybody with a home is in /etc/passwd (LDAP).
  const home = homes.find((one) => holds(path, one)) ?? (/^\/home\/[^/]+$/.test(path) ? path : undefined);
  if (home === path && wholeHome) return undefined;
  if (home) {
    const told = "choose a folder in it, or set wholeHome: true and lend the keys and passwords in it too";
    return refused(home === path ? "a whole home" : `which holds the home ${home}`, home === path ? told : OTHER);
  }
  return MEETING.includes(path) ? refused("where many people's and programs' files meet") : undefined;
}
