import { whole } from "../../lib/schema-parts";
import { key } from "../key";
import { httpUrl, list, text } from "../parts";
import { dockerName } from "./docker-name";

/** The engine container. */
export const engineKeys = {
  // Only unix sockets: the engine's ports are published on the same machine.
  hostEngine: key(text.regex(/^unix:\/\/\/.+/, "a socket, unix:///PATH").default("unix:///var/run/docker.sock"), {
    kind: "unix:///PATH",
    meaning: "Socket of the host engine.",
    more: "The launcher makes ready the engine at the default only. A `DOCKER_HOST` in the environment is refused.",
    example: "unix:///run/docker.sock",
  }),
  engineName: key(dockerName.default("mcp-engine"), {
    meaning: "Name of the engine container on the host engine.",
    example: "second-engine",
  }),
  engineImage: key(text.default(""), {
    meaning: "Base image of the engine, docker:dind-like.",
    byDefault: "our own, on Debian",
    example: "docker:29-dind",
  }),
  // The engine takes up to 45 to stop its servers, then itself (images/engine/README.md).
  engineStopGrace: key(whole(50, 600).default(60), {
    meaning: "Seconds the engine gets to stop its servers and itself before it is killed.",
    example: 120,
  }),
  registryMirrors: key(list(httpUrl, "a list of http or https URLs").default([]), {
    kind: "list of http(s) URLs",
    meaning: "Registry mirrors of the engine, for air-gapped sites.",
    more: "On machines without a registry the launcher adds its own.",
    example: ["https://mirror.example.com"],
  }),
};
