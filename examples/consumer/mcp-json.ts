import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";

interface Inputs {
  /** Absolute. */
  path: string;
  content: string;
}

/** Writes the file for its owner's eyes. One that was there keeps its mode: so that comes first. */
function write({ path, content }: Inputs): void {
  if (existsSync(path)) chmodSync(path, 0o600);
  writeFileSync(path, content, { mode: 0o600 });
}

/** True when the file is there, and its owner's alone. */
function isPrivate(path: string): boolean {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  return mode !== undefined && (mode & 0o777) === 0o600;
}

/** A file of this machine. It takes over one that is there already only when that holds the same. */
export const mcpJsonFile: pulumi.dynamic.ResourceProvider<Inputs, Inputs> = {
  async create(inputs) {
    const { path, content } = inputs;
    if (existsSync(path) && readFileSync(path, "utf8") !== content)
      throw new Error(`${path}: is there already, and not from here. Move it away, or set mcpJson to another path.`);
    write(inputs);
    return { id: path, outs: inputs };
  },
  async read(id, state) {
    if (!state || !existsSync(id)) return {}; // gone: the next up writes it again
    return { id, props: { path: id, content: readFileSync(id, "utf8") } };
  },
  async diff(_id, olds, news) {
    const moved = olds.path !== news.path;
    return {
      changes: moved || olds.content !== news.content || !isPrivate(olds.path),
      replaces: moved ? ["path"] : [],
    };
  },
  async update(_id, _olds, news) {
    write(news);
    return { outs: news };
  },
  async delete(id) {
    rmSync(id, { force: true });
  },
};

export interface McpJsonArgs {
  /** Absolute. */
  path: string;
  /** Secret. */
  content: pulumi.Output<object>;
}

/** A written mcp.json, readable by its owner alone; removed on destroy. Its content is encrypted in the state. */
export class McpJson extends pulumi.dynamic.Resource {
  declare public readonly path: pulumi.Output<string>;

  constructor(name: string, { path, content }: McpJsonArgs, opts?: pulumi.CustomResourceOptions) {
    const text = content.apply((value) => `${JSON.stringify(value, null, 2)}\n`);
    super(mcpJsonFile, name, { path, content: pulumi.secret(text) }, opts, "dind-mcp-consumer", "McpJson");
  }
}
