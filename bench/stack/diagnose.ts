import { run } from "../../tests/support/fleet/command";

/** What containers inside an engine say that do not answer; empty when all do, or when there is no engine. */
export async function diagnose(engineName: string): Promise<string> {
  const script =
    "for c in $(docker ps -aq --filter health=starting --filter health=unhealthy); do " +
    "docker inspect --format '{{.Name}} {{json .State}}' $c; docker logs --tail 20 $c 2>&1; done";
  return (await run("docker", ["exec", engineName, "sh", "-c", script])).stdout;
}
