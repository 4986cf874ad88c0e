import { apiKeys } from "./api";
import { catalogKeys } from "./catalog";
import { dockerApiKeys } from "./docker-api";
import { engineKeys } from "./engine";
import { limitKeys } from "./limits";
import { networkKeys } from "./network";
import { oversightKeys } from "./oversight";
import { volumeKeys } from "./volumes";

/** Every key of the stack's config (namespace `dind-mcp`), by subject. */
export const SUBJECTS = {
  Engine: engineKeys,
  Network: networkKeys,
  Volumes: volumeKeys,
  Servers: catalogKeys,
  "REST and MCP": apiKeys,
  "Docker API": dockerApiKeys,
  Limits: limitKeys,
  Oversight: oversightKeys,
};

/** All of them: the schema's shape. */
export const KEYS = {
  ...engineKeys,
  ...networkKeys,
  ...volumeKeys,
  ...catalogKeys,
  ...apiKeys,
  ...dockerApiKeys,
  ...limitKeys,
  ...oversightKeys,
};
