import * as pulumi from "@pulumi/pulumi";

const SECRET_KEYS = "PULUMI_CONFIG_SECRET_KEYS";

/**
 * Sets the stack's config as Pulumi hands it to a program: values as strings, and the names of the encrypted ones.
 * @returns takes it back
 */
export function configure(values: Record<string, string>, secretKeys: string[] = []): () => void {
  const full = (key: string) => `dind-mcp:${key}`;
  const before = { secrets: process.env[SECRET_KEYS], host: process.env.DOCKER_HOST };
  const set = (name: string, value: string | undefined) => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  pulumi.runtime.setAllConfig(Object.fromEntries(Object.entries(values).map(([key, value]) => [full(key), value])));
  set(SECRET_KEYS, JSON.stringify(secretKeys.map(full)));
  set("DOCKER_HOST", undefined); // a developer's own, which the program refuses
  return () => {
    pulumi.runtime.setAllConfig({});
    set(SECRET_KEYS, before.secrets);
    set("DOCKER_HOST", before.host);
  };
}
