import { Label } from "../../../../manifest/container/labels";
import { bad, envs, one } from "../../../support/policy/case";
import { container, type Given, INNER, LATER } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

const provider = (props: Record<string, unknown>): Given => ({ type: "pulumi:providers:docker", props, host: null });
const run = (...command: string[]): Given => container({ command });

testPolicy("docker-api-auth", {
  passes: [
    one("mutual TLS", container({ command: ["dockerd", "--host=tcp://0.0.0.0:2376", "--tlsverify"] })),
    one("a subset", container({ labels: [{ label: Label.DockerApi, value: "read-only" }] })),
    one("a provider with a certificate", provider({ host: INNER, certMaterial: LATER })),
    one("a provider on a socket", provider({ host: "unix:///var/run/docker.sock" })),
    one("a provider not known yet", provider({ host: LATER })),
    one("a header", run("curl", "-H", "X-A: b", "https://example.org")),
    one("a client with TLS", run("docker", "-H", "tcp://x:2376", "--tlsverify", "ps")),
    one("a socket", run("dockerd", "-H", "unix:///run/docker.sock", "--host=fd://")),
    one("DOCKER_HOST with TLS", envs("DOCKER_HOST=tcp://engine:2376", "DOCKER_TLS_VERIFY=1")),
    one("... where that is not known yet", envs("DOCKER_HOST=tcp://engine:2376", LATER)),
    one(
      "a configuration with TLS",
      container({ uploads: [{ file: "/d.json", content: '{"hosts":["tcp://0"],"tlsverify":true}' }] }),
    ),
  ],
  fails: [
    bad("the port without TLS", /2375/, container({ ports: [{ internal: 2375, external: 9, ip: "127.0.0.1" }] })),
    bad("TLS switched off", /DOCKER_TLS_CERTDIR/, envs("DOCKER_TLS_CERTDIR=")),
    bad(
      "dockerd on tcp",
      /on tcp without --tlsverify/,
      container({ command: ["dockerd", "-H", "tcp://0.0.0.0:1234"] }),
    ),
    bad("handed on", /whole Docker API/, container({ labels: [{ label: Label.DockerApi, value: "full" }] })),
    bad("a provider without", /client certificate/, provider({ host: "tcp://127.0.0.1:2375" })),
    bad("without a space", /--tlsverify/, run("dockerd", "-Htcp://0.0.0.0:2376")),
    bad("without a scheme", /--tlsverify/, run("/usr/bin/dockerd", "--host", ":2376")),
    bad("in a shell", /--tlsverify/, run("sh", "-c", "dockerd -H 'tcp://0.0.0.0:2376'")),
    bad("TLS that verifies nobody", /--tlsverify/, run("dockerd", "--host=tcp://0.0.0.0:1", "--tls")),
    bad("verification switched off", /--tlsverify/, run("dockerd", "--host=tcp://0.0.0.0:1", "--tlsverify=false")),
    bad("what the image executes", /--tlsverify/, container({ image: "docker:dind", command: ["-H", "0.0.0.0:1"] })),
    bad("a client", /DOCKER_HOST/, envs("DOCKER_HOST=tcp://engine:2375")),
    bad("a variable taken away", /DOCKER_TLS_CERTDIR/, envs("DOCKER_TLS_CERTDIR")),
    bad(
      "by daemon.json",
      /daemon\.json/,
      container({ uploads: [{ file: "/etc/docker/daemon.json", content: '{"hosts": ["tcp://0.0.0.0:2375"]}' }] }),
    ),
    bad(
      "a provider with an authority alone",
      /client certificate/,
      provider({ host: "tcp://x:2376", caMaterial: "x" }),
    ),
  ],
});
