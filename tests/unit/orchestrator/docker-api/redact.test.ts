import assert from "node:assert/strict";
import { once } from "node:events";
import { Label } from "../../../../manifest/container/labels";
import { redact } from "../../../../orchestrator/docker-api/redact";
import { redactedLines } from "../../../../orchestrator/docker-api/redacted-lines";

const HIDDEN = "<redacted>";

describe("read-only Docker API: redaction", () => {
  it("keeps names of the environment, in containers and images, wherever it is", () => {
    const document = {
      Id: "1",
      Config: { Env: ["PATH=/bin", "TOKEN=hush\nhush", "EMPTY=", "ALONE"], Cmd: ["node", "x.js"] },
      ContainerConfig: { Env: ["TOKEN=hush"] },
      Deep: [{ Env: ["TOKEN=hush"] }, { Env: null }, { Env: "TOKEN=hush" }],
    };
    assert.deepEqual(JSON.parse(JSON.stringify(redact(document))), {
      Id: "1",
      Config: { Env: [`PATH=${HIDDEN}`, `TOKEN=${HIDDEN}`, `EMPTY=${HIDDEN}`, "ALONE"], Cmd: ["node", "x.js"] },
      Deep: [{ Env: [`TOKEN=${HIDDEN}`] }, { Env: null }, { Env: HIDDEN }],
    });
  });
  it("keeps labels that are known to be harmless; not the manifest, which repeats the environment", () => {
    const Labels = {
      [Label.Server]: "files",
      [Label.Manifest]: '{"env":{"TOKEN":"hush"}}',
      "com.docker.compose.project": "p",
      "org.opencontainers.image.version": "1",
      "my.token": "hush",
    };
    assert.deepEqual(redact({ Labels }), {
      Labels: { ...Labels, [Label.Manifest]: HIDDEN, "my.token": HIDDEN },
    });
    assert.deepEqual(redact([{ Labels: null }, { Labels: ["a=hush", "b"] }]), [
      { Labels: null },
      { Labels: [`a=${HIDDEN}`, "b"] },
    ]);
  });
  it("hides options of log drivers, volumes and networks but for harmless ones, build steps, what health checks print, users of proxies", () => {
    const document = {
      HostConfig: { LogConfig: { Type: "splunk", Config: { "max-size": "10m", "splunk-token": "hush" } } },
      Options: { type: "cifs", device: "//host/share", o: "password=hush", "com.docker.network.bridge.name": "b" },
      BuildCache: [{ Description: "RUN echo hush", Size: 5 }],
      State: {
        Health: {
          Log: [
            { ExitCode: 1, Output: "hush" },
            { ExitCode: 0, Output: "" },
          ],
        },
      },
      HttpProxy: "http://user:hush@proxy:3128",
      HttpsProxy: "user:hush@proxy",
    };
    const shown = redact(document);
    assert.doesNotMatch(JSON.stringify(shown), /hush/);
    assert.deepEqual(shown, {
      HostConfig: { LogConfig: { Type: "splunk", Config: { "max-size": "10m", "splunk-token": HIDDEN } } },
      Options: { type: "cifs", device: "//host/share", o: HIDDEN, "com.docker.network.bridge.name": "b" },
      BuildCache: [{ Description: HIDDEN, Size: 5 }],
      State: {
        Health: {
          Log: [
            { ExitCode: 1, Output: HIDDEN },
            { ExitCode: 0, Output: "" },
          ],
        },
      },
      HttpProxy: `http://${HIDDEN}@proxy:3128`,
      HttpsProxy: `${HIDDEN}@proxy`,
    });
  });
  it("hides commands and labels in events", () => {
    const event = {
      status: "exec_create: sh -c hush",
      Action: "exec_start: sh -c 'a: hush'",
      Actor: { Attributes: { name: "mcp-files", image: "x", exitCode: "1", "my.token": "hush", execID: "e" } },
    };
    assert.deepEqual(redact(event), {
      status: "exec_create",
      Action: "exec_start",
      Actor: { Attributes: { name: "mcp-files", image: "x", exitCode: "1", "my.token": HIDDEN, execID: "e" } },
    });
    assert.deepEqual(redact({ Action: "health_status: healthy" }), { Action: "health_status: healthy" });
  });
});

describe("read-only Docker API: lines of events", () => {
  const through = async (chunks: Buffer[]): Promise<string> => {
    const lines = redactedLines();
    let out = "";
    lines.on("data", (chunk: Buffer) => {
      out += chunk.toString();
    });
    for (const chunk of chunks) lines.write(chunk);
    lines.end();
    await once(lines, "end");
    return out;
  };
  it("are redacted wherever the pieces are cut, in the middle of a letter too", async () => {
    const events = ["é€😀", "plain"].map((text) => ({
      Type: text,
      Actor: { Attributes: { name: text, token: "hush" } },
    }));
    const bytes = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(""));
    for (const size of [1, 2, 3, 7, 1000]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      const out = await through(chunks);
      assert.deepEqual(
        out
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line)),
        events.map(({ Type }) => ({ Type, Actor: { Attributes: { name: Type, token: HIDDEN } } })),
      );
    }
  });
  it("end the stream when they are no JSON or without end, and nothing of them gets out", async () => {
    for (const bad of ["token=hush\n", "x".repeat(2 << 20)]) {
      const lines = redactedLines();
      lines.on("data", () => assert.fail("something got out"));
      lines.write(bad);
      const [error] = await once(lines, "error");
      assert.doesNotMatch(String((error as Error).message), /^$/);
    }
  });
});
