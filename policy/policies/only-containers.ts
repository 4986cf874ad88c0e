import { resourcePolicy } from "../define";

/** Ways to run a process on an engine that are no docker.Container. */
const OTHERS: Record<string, string> = {
  "docker:index/plugin:Plugin": "an engine's plugin",
  "docker:index/service:Service": "a swarm service",
};

export const onlyContainers = resourcePolicy({
  id: "only-containers",
  title: "What runs on an engine is a container: no swarm service, and no engine plugin.",
  severity: "high",
  reason:
    "The other policies judge containers alone: a service would pass all of them unseen, and a plugin runs with the engine's own rights.",
  fix: "declare it as docker.Container, or make an exception for what was reviewed by other means",
  references: ["CIS Docker 5.1"],
  check: ({ type }) => (OTHERS[type] ? [`is ${OTHERS[type]}`] : []),
});
