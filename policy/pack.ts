import type { PackPolicy } from "./define";
import { capabilities } from "./policies/capabilities";
import { dockerApiAuth } from "./policies/docker-api-auth";
import { engineVolumes } from "./policies/engine-volumes";
import { hostFolders } from "./policies/host-folders";
import { innerProvider } from "./policies/inner-provider";
import { loopbackPorts } from "./policies/loopback-ports";
import { noEngineSocket } from "./policies/no-engine-socket";
import { noGeneratedSecrets } from "./policies/no-generated-secrets";
import { noHostDevices } from "./policies/no-host-devices";
import { noHostNamespaces } from "./policies/no-host-namespaces";
import { noNewPrivileges } from "./policies/no-new-privileges";
import { noPrivileged } from "./policies/no-privileged";
import { noSecretsInEnv } from "./policies/no-secrets-in-env";
import { onlyContainers } from "./policies/only-containers";
import { ownUser } from "./policies/own-user";
import { pinnedImages } from "./policies/pinned-images";
import { protectedVolumes } from "./policies/protected-volumes";
import { readOnlyRoot } from "./policies/read-only-root";
import { resourceLimits } from "./policies/resource-limits";
import { secretsAtTheProxy } from "./policies/secrets-at-the-proxy";
import { securityProfiles } from "./policies/security-profiles";
import { separateSubnets } from "./policies/separate-subnets";
import { tlsCertificates } from "./policies/tls-certificates";
import { tlsKeys } from "./policies/tls-keys";
import { uniquePorts } from "./policies/unique-ports";
import { uniqueUsers } from "./policies/unique-users";

/** Name of the pack, as violations and config files show it. */
export const PACK_NAME = "dind-mcp";

/** All policies, in the order of the table in docs/policies.md. */
export const policies: PackPolicy[] = [
  noPrivileged,
  capabilities,
  noNewPrivileges,
  securityProfiles,
  readOnlyRoot,
  resourceLimits,
  noHostNamespaces,
  noHostDevices,
  noEngineSocket,
  engineVolumes,
  hostFolders,
  loopbackPorts,
  dockerApiAuth,
  tlsKeys,
  tlsCertificates,
  pinnedImages,
  noSecretsInEnv,
  noGeneratedSecrets,
  secretsAtTheProxy,
  ownUser,
  protectedVolumes,
  innerProvider,
  onlyContainers,
  uniquePorts,
  uniqueUsers,
  separateSubnets,
];
