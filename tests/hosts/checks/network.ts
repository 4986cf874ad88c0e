import assert from "node:assert/strict";
import { join } from "node:path";
import { must } from "../../support/fleet/command";
import { engine, HOST, host, NAME, TOOLS } from "../../support/hosts/host";
import { inEngine } from "../../support/hosts/server";

/** Bridges inside the engine, and its firewall. */
export function networkChecks(): void {
  it("containers on a network reach each other, but neither the engine's API nor its neighbours outside", async () => {
    const outside = `${NAME}-neighbour`;
    await must("tar", ["-cf", join(HOST.work, "tools.tar"), "-C", HOST.work, "busybox"]);
    await host.docker("import", join(HOST.work, "tools.tar"), `${NAME}:tools`);
    const server = [`${NAME}:tools`, "/busybox", "httpd", "-f", "-p", "80"];
    await host.docker("run", "-d", "--name", outside, "--network", NAME, ...server);
    const address = async (docker: typeof engine.docker, container: string) =>
      docker("inspect", container, "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.Gateway}}{{end}}");
    const [neighbour] = (await address(host.docker, outside)).split(" ");
    const [own] = (await address(host.docker, NAME)).split(" ");
    await engine.docker("network", "create", "probe");
    const hardened = ["--network", "probe", "--cap-drop=ALL", "--user", "11002"];
    await engine.docker("run", "-d", "--name", "peer", ...hardened, TOOLS, "httpd", "-f", "-p", "8080");
    const [peer, gateway] = (await address(engine.docker, "peer")).split(" ");
    await inEngine(`bash -c '</dev/tcp/${neighbour}/80'`); // there is something to be reached: the engine itself can
    const targets = [`${peer} 8080`, `${gateway} 2376`, `${own} 2376`, `${neighbour} 80`];
    const probe = targets.map((target) => `nc -w 5 ${target} -e true && echo open || echo closed`).join("; ");
    const [toPeer, ...others] = (await engine.docker("run", "--rm", ...hardened, TOOLS, "sh", "-c", probe)).split("\n");
    assert.equal(toPeer, "open", "a peer on the same network");
    // The API by the gateway's address, the API by the engine's outer address, a neighbour of the engine.
    assert.deepEqual(others, ["closed", "closed", "closed"]);
    await engine.docker("rm", "-f", "peer");
    await engine.docker("network", "rm", "probe");
    await host.docker("rm", "-f", outside);
  });
}
