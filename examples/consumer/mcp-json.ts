import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";

interface Inputs {
  /** Absolute. */
  path: string;
  content: string;
}

/** A file of this machine. It takes over one that is there already only when that holds the same. */
const provider: pulumi.dynamic.ResourceProvider<Inputs, Inputs> = {
  async create(inputs) {
    const { path, content } = inputs;
    if (existsSync(path) && readFileSync(path, "utf8") !== content)
      throw new Error(`${path}: is there already, and not from here. Move it away, or set mcpJson to another path.`);
    writeFileSync(path, content, { mode: 0o600 });
    chmodSync(path, 0o600); // also where it was there
    return { id: path, outs: inputs };
  },
  async read(id, state) {
    if (!state || !existsSync(id)) return {}; // gone: the next up writes it again
    return { id, props: { path: id, content: readFileSync(id, "utf8") } };
  },
  async diff(_id, olds, news) {
    const moved = olds.path !== news.path;
    return { changes: moved || olds.content !== news.content, replaces: moved ? ["path"] : [] };
  },
  async update(_id, _olds, news) {
    writeFileSync(news.path, news.content, { mode: 0o600 });
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
    super(provider, name, { path, content: pulumi.secret(text) }, opts, "dind-mcp-consumer", "McpJson");
  }
}
