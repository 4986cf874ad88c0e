import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join, relative } from "node:path";
import * as pulumi from "@pulumi/pulumi";

import program = require("../../..");

import { parseSettings } from "../../../config/parse-settings";
import { formatProblem, type ProblemsError } from "../../../lib/problems";
import { environmentProblems, readInputs } from "../../../stack/inputs";
import { configure } from "../../support/components/config";
import { fakeHostEngine, READY } from "../../support/components/host-engine";
import { type Registered, record } from "../../support/components/mocks";

const BROKEN = "name: wrong/name\ntransport: {type: stdio, command: [x]}\n";

/** The error of a program that is refused; `registered` takes what it declared before. */
function refused(run: () => Promise<unknown>, registered: Registered[] = []): Promise<Error> {
  return record(run, { resources: registered }).then(
    () => assert.fail("it was not refused"),
    (reason: Error) => reason,
  );
}

describe("inputs", () => {
  let folder: string;
  let restore = () => {};
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dind-mcp-unit-"));
  });
  afterEach(() => {
    restore();
    rmSync(folder, { recursive: true });
  });

  it("are the settings and the catalog's servers by name", async () => {
    const host = await fakeHostEngine();
    try {
      restore = configure({ hostEngine: host.endpoint, servers: '["postgres","files"]' });
      const { result } = await record(readInputs);
      assert.deepEqual(
        result.servers.map(({ manifest }) => manifest.name),
        ["files", "postgres"],
      );
      assert.equal(result.settings.hostEngine, host.endpoint);
    } finally {
      await host.close();
    }
  });

  it("are refused with the problems of config, catalog and host together, before anything is declared", async () => {
    mkdirSync(join(folder, "bad"));
    writeFileSync(join(folder, "bad/server.yaml"), BROKEN);
    const catalog = relative(process.cwd(), folder);
    const host = await fakeHostEngine({ "/version": { Version: "19.03.15", ApiVersion: "1.40" } });
    const registered: Registered[] = [];
    try {
      restore = configure({
        ...{ hostEngine: host.endpoint, catalog: JSON.stringify([catalog]), servers: '["absent"]' },
        folders: JSON.stringify({ etc: { path: "/etc", servers: ["absent"] } }),
      });
      const error = await refused(() => program(), registered);
      // Pulumi prints this class of error without a stack.
      assert.ok(error instanceof pulumi.RunError, String(error));
      const text = error.message;
      assert.match(text, /^\d+ problems found, nothing was changed:\n/);
      assert.ok(text.includes(`${catalog}/bad/server.yaml:1: name: got "wrong/name"`), text);
      assert.ok(text.includes('Pulumi.unit.yaml: servers: got "absent"'), text);
      assert.ok(text.includes('Pulumi.unit.yaml: folders.etc.path: got "/etc", a folder of the system'), text);
      assert.ok(text.includes('Pulumi.unit.yaml: folders.etc.servers.0: got "absent"'), text);
      assert.ok(text.includes(`host engine ${host.endpoint}: ApiVersion: got 1.40`), text);
    } finally {
      await host.close();
    }
    assert.deepEqual(registered, []);
  });

  it("are refused where a program of this machine has a port, unless the host engine is on another machine", async () => {
    const program = createServer();
    await new Promise<void>((resolve) => program.listen(0, "127.0.0.1", resolve));
    const { port } = program.address() as { port: number };
    const taken = `this machine: port 127.0.0.1:${port}: got taken by`;
    const told = async (name: string): Promise<boolean> => {
      const info = { ...(READY["/info"] as object), Name: name, SecurityOptions: ["name=rootless"] };
      const host = await fakeHostEngine({ "/info": info });
      try {
        restore = configure({ hostEngine: host.endpoint, apiPort: `${port}` });
        const { message } = await refused(readInputs);
        assert.match(message, /a rootless engine/); // all at once
        return message.includes(taken) && message.includes("set dind-mcp:apiPort to a free port");
      } finally {
        await host.close();
      }
    };
    try {
      assert.deepEqual([await told(hostname()), await told("elsewhere")], [true, false]);
    } finally {
      program.close();
    }
  });

  it("are refused with the catalog's problems also where the config is wrong already", async () => {
    restore = configure({ dockerTlsPort: "0", secrets: '{"postgres":{"k":"hunter2"}}' });
    const error = await refused(readInputs);
    assert.match(error.message, /^2 problems found/);
    assert.match(error.message, /Pulumi\.unit\.yaml: dind-mcp\.dockerTlsPort: got 0/);
    assert.match(error.message, /Pulumi\.unit\.yaml: dind-mcp\.secrets: got a value stored in plain text/);
    assert.doesNotMatch(error.message, /hunter2/);
  });

  it("hold values of secrets that the catalog knows, and no others", async () => {
    const host = await fakeHostEngine();
    try {
      restore = configure({ hostEngine: host.endpoint, secrets: '{"files":{"kye":"hunter2"}}' }, ["secrets"]);
      const error = await refused(readInputs);
      assert.match(error.message, /^1 problem found.*\n {2}- Pulumi\.unit\.yaml: secrets\.files\.kye: got a value/);
      assert.doesNotMatch(error.message, /hunter2/);
    } finally {
      await host.close();
    }
  });

  it("are refused where DOCKER_HOST would lead the engine's provider astray", () => {
    assert.deepEqual(environmentProblems({}), []);
    assert.deepEqual(environmentProblems({ DOCKER_HOST: "" }), []);
    assert.deepEqual(environmentProblems({ DOCKER_HOST: "tcp://1.2.3.4:2375" }).map(formatProblem), [
      'environment: DOCKER_HOST: got "tcp://1.2.3.4:2375", expected no value. To fix: unset DOCKER_HOST; the host engine is set by dind-mcp:hostEngine',
    ]);
  });

  it("hold an external database's address only where it names one host", () => {
    const problems = (databaseDsn: string) => {
      try {
        parseSettings({ databaseDsn }, ["databaseDsn"], "f");
        return [];
      } catch (error) {
        return (error as ProblemsError).problems.map(({ path }) => path);
      }
    };
    for (const dsn of ["postgres:///d", "postgres:d", "postgres://a,b/d", "mysql://a/d", "a"])
      assert.deepEqual(problems(dsn), ["dind-mcp.databaseDsn"], dsn);
    for (const dsn of ["", "postgres://a/d", "postgresql://u:p@[::1]:5432/d?sslmode=require"])
      assert.deepEqual(problems(dsn), [], dsn);
  });
});
