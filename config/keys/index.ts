import { apiKeys } from "./api";
import { catalogKeys } from "./catalog";
import { consulKeys } from "./consul";
import { dockerApiKeys } from "./docker-api";
import { engineKeys } from "./engine";
import { folderKeys } from "./folders";
import { imageRegistryKeys } from "./image-registries";
import { kongKeys } from "./kong";
import { limitKeys } from "./limits";
import { networkKeys } from "./network";
import { oversightKeys } from "./oversight";
import { privateHostKeys } from "./private-hosts";
import { registryKeys } from "./registry";
import { secretSourceKeys } from "./secret-sources";
import { volumeKeys } from "./volumes";

/** Every key of the stack's config (namespace `dind-mcp`), by subject. */
export const SUBJECTS = {
  Engine: engineKeys,
  Network: networkKeys,
  Volumes: volumeKeys,
  Servers: {
    ...catalogKeys,
    ...secretSourceKeys,
    ...folderKeys,
    ...privateHostKeys,
    ...imageRegistryKeys,
    ...registryKeys,
  },
  "REST and MCP": { ...apiKeys, ...kongKeys },
  "Docker API": dockerApiKeys,
  Limits: limitKeys,
  Discovery: consulKeys,
  Oversight: oversightKeys,
};

/** All of them: the schema's shape. */
export const KEYS = {
  ...engineKeys,
  ...networkKeys,
  ...volumeKeys,
  ...catalogKeys,
  ...secretSourceKeys,
  ...folderKeys,
  ...privateHostKeys,
  ...imageRegistryKeys,
  ...registryKeys,
  ...apiKeys,
  ...kongKeys,
  ...dockerApiKeys,
  ...limitKeys,
  ...consulKeys,
  ...oversightKeys,
};
