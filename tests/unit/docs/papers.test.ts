import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { version } from "../../../package.json";
import { projectFiles, ROOT } from "../../support/docs/pages";

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const has = (path: string): boolean => existsSync(join(ROOT, path));

/** The rows of the table below a heading, without its own heading. */
function rowsBelow(page: string, heading: string): string[][] {
  const [, section = ""] = page.split(`\n${heading}\n`);
  const lines = section.split(/\n## /)[0]?.split("\n") ?? [];
  const rows = lines.filter((line) => line.startsWith("|")).slice(2);
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe("CONTRIBUTING's map", () => {
  it("answers sixteen questions with one path each, and it is there", () => {
    const rows = rowsBelow(read("CONTRIBUTING.md"), "## The map");
    assert.equal(rows.length, 16);
    const answers = rows.map(([, answer]) => /^`([^`]+)`$/.exec(answer ?? "")?.[1] ?? `no path: ${answer}`);
    assert.deepEqual(
      answers.filter((path) => !has(path)),
      [],
    );
    assert.equal(new Set(answers).size, 16);
  });
});

describe("versions that come in pairs", () => {
  it("Node's: .nvmrc and the toolchain's", () => {
    assert.equal(read(".nvmrc").trim(), /^NODE_VERSION=(\S+)/m.exec(read("toolchain/versions.sh"))?.[1]);
  });
  it("the project's: the newest of the changelog and package.json", () => {
    const [newest] = [...read("CHANGELOG.md").matchAll(/^## (\d\S*)/gm)].map(([, name]) => name);
    assert.equal(newest, version);
  });
});

describe("decisions", () => {
  const files = readdirSync(join(ROOT, "docs/decisions")).filter((file) => /^\d/.test(file));

  it("are in the index by their titles, numbered without a gap", () => {
    const rows = rowsBelow(`\n${read("docs/decisions/README.md")}`, "# Decisions");
    const wanted = files.map((file, index) => {
      const number = String(index + 1).padStart(3, "0");
      const title = read(`docs/decisions/${file}`).split("\n")[0]?.replace(`# ${number}: `, "");
      return [number, `[${title}](${file})`];
    });
    assert.deepEqual(rows, wanted);
  });
  it("say context, decision and consequences on one screen", () => {
    for (const file of files) {
      const text = read(`docs/decisions/${file}`);
      assert.match(text, /\*\*Context\.\*\*[\s\S]+\*\*Decision\.\*\*[\s\S]+\*\*Consequences\.\*\*/, file);
      assert.ok(text.split("\n").length <= 25, file);
    }
  });
});

interface Workflow {
  jobs: Record<string, { steps: { uses?: string; run?: string }[] }>;
}

interface Updates {
  updates: {
    "package-ecosystem": string;
    directory?: string;
    directories?: string[];
    groups?: Record<string, { patterns: string[] }>;
  }[];
}

describe("CI", () => {
  it("runs .ci/run, and npm's scripts that are there, with actions of a stated version", () => {
    const { jobs } = parse(read(".github/workflows/ci.yml")) as Workflow;
    const steps = Object.values(jobs).flatMap((job) => job.steps);
    assert.ok(steps.some(({ run }) => run === ".ci/run"));
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    for (const { run, uses } of steps) {
      const script = /^npm run (\S+)/.exec(run ?? "")?.[1];
      if (script) assert.ok(scripts[script], script);
      if (uses) assert.match(uses, /@v\d+\.\d+\.\d+$/);
    }
  });
});

describe("dependabot.yml", () => {
  const { updates } = parse(read(".github/dependabot.yml")) as Updates;
  const MARKS: Record<string, string> = {
    npm: "package.json",
    docker: "Dockerfile",
    gomod: "go.mod",
    pip: "requirements.txt",
  };

  it("names folders that have such packages, and every Dockerfile that has a base", () => {
    const folders = updates.flatMap(({ "package-ecosystem": kind, directory, directories = [directory ?? ""] }) =>
      directories.map((folder) => [MARKS[kind], folder.slice(1)]),
    );
    for (const [mark, folder] of folders) if (mark) assert.ok(has(join(folder ?? "", mark)), `${folder}: ${mark}`);
    const bases = projectFiles.filter((path) => /^(images|mcp)\/[^/]+\/Dockerfile$/.test(path));
    const pulled = bases
      .filter((path) => /^FROM (?!scratch|\$)/m.test(read(path)))
      .map((path) => path.replace("/Dockerfile", ""));
    const named = folders.filter(([mark]) => mark === "Dockerfile").map(([, folder]) => folder);
    assert.deepEqual(
      pulled.filter((folder) => !named.includes(folder)),
      [],
    );
  });
  it("groups packages that there are", () => {
    const own = ["package.json", "orchestrator/package.json", "policy/package.json"].flatMap((path) => {
      const { dependencies = {}, devDependencies = {} } = JSON.parse(read(path)) as Record<string, object>;
      return [...Object.keys(dependencies), ...Object.keys(devDependencies)];
    });
    const groups = updates.find(({ directory }) => directory === "/")?.groups ?? {};
    for (const pattern of Object.values(groups).flatMap(({ patterns }) => patterns)) {
      const matches = (name: string): boolean =>
        pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
      assert.ok(own.some(matches), pattern);
    }
  });
});
