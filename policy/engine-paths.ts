import { posix } from "node:path";

/** Paths that control an engine, or hold all its containers. */
const ENGINE_PATHS = [
  "/run/docker.sock",
  "/run/docker",
  "/run/containerd",
  "/run/podman",
  "/run/crio",
  "/run/buildkit",
  "/run/dind-mcp-api",
  "/etc/docker",
  "/etc/containerd",
  "/proc/1/root",
  "/var/lib/docker",
  "/var/lib/containerd",
  "/var/lib/containers",
  "/var/snap/docker",
];

/** The same, where the folder in front differs from machine to machine: rootless engines, other places. */
const ENGINE_PATTERNS = [
  /\/(docker|podman|containerd|crio|buildkitd)[\w.-]*\.sock$/,
  /\/\.docker(\/|$)/,
  /^\/(home(\/[^/]+)?|root)$/,
  /\/\.local(\/share(\/(docker|containers|containerd)(\/.*)?)?)?$/,
  /^\/run\/user(\/\d+)?$/,
  /^\/run\/user\/\d+\/(docker|podman|containerd|buildkit)/,
  /^\/proc\/[^/]+\/(root|cwd|fd)(\/|$)/,
  /docker_engine$/, // a named pipe of Windows
];

/** True when a mount of the path shows an engine: the path itself, one above it, one in it. */
export function showsEngine(path: string): boolean {
  const clean = posix
    .normalize(path)
    .replace(/^\/{2,}/, "/")
    .replace(/^\/var\/run(?=\/|$)/, "/run")
    .replace(/(?<=.)\/$/, "");
  const holds = (outer: string, inner: string): boolean =>
    inner === outer || inner.startsWith(outer === "/" ? "/" : `${outer}/`);
  return (
    ENGINE_PATHS.some((engine) => holds(clean, engine) || holds(engine, clean)) ||
    ENGINE_PATTERNS.some((engine) => engine.test(clean))
  );
}
