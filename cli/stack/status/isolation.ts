/** What separates a server, the engine and the host. */
export interface Isolation {
  /** The engine container is `--privileged`. */
  privileged: boolean;
  /** Capabilities of the engine container, beyond none. */
  capabilities: string[];
  /** A seccomp profile of ours is on the engine container. */
  seccomp: boolean;
  /** AppArmor profile of the engine container; "off" where the host has no AppArmor. */
  apparmor: string;
  /** Root in the engine is not root on the host: a user namespace of the host engine, or Sysbox. */
  userNamespace: boolean;
  readOnlyRoot: boolean;
  /** The container runtime of the host engine. */
  runtime: string;
  cgroupVersion: string;
}

/** What the host engine says about itself. */
export interface HostInfo {
  SecurityOptions?: string[] | null;
  CgroupVersion?: string;
}

/** What the host engine says about the engine container. */
export interface EngineWalls {
  Privileged?: boolean;
  CapAdd?: string[] | null;
  SecurityOpt?: string[] | null;
  UsernsMode?: string;
  ReadonlyRootfs?: boolean;
  Runtime?: string;
}

/** The isolation in force. */
export function isolation(host: HostInfo, HostConfig: EngineWalls): Isolation {
  const options = host.SecurityOptions ?? [];
  const own = HostConfig.SecurityOpt ?? [];
  const runtime = HostConfig.Runtime ?? "";
  const profile = own.find((option) => option.startsWith("apparmor="))?.slice("apparmor=".length);
  return {
    privileged: HostConfig.Privileged ?? false,
    capabilities: (HostConfig.CapAdd ?? []).map((name) => name.replace(/^CAP_/, "")).sort(),
    seccomp: own.some((option) => option.startsWith("seccomp=") && option !== "seccomp=unconfined"),
    apparmor: options.some((option) => option.startsWith("name=apparmor")) ? (profile ?? "docker-default") : "off",
    userNamespace:
      runtime.includes("sysbox") ||
      (options.some((option) => /^name=(userns|rootless)/.test(option)) && HostConfig.UsernsMode !== "host"),
    readOnlyRoot: HostConfig.ReadonlyRootfs ?? false,
    runtime,
    cgroupVersion: host.CgroupVersion ?? "1",
  };
}
