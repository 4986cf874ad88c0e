// What a server is described with that runs elsewhere.

/** How a remote server speaks MCP. */
export const RemoteProtocol = { StreamableHttp: "streamable-http", Sse: "sse" } as const;
export type RemoteProtocol = (typeof RemoteProtocol)[keyof typeof RemoteProtocol];

/** The value of a header: a secret, a plain text, or a text with the secret in it. */
export interface HeaderValue {
  /** Name of the secret in the stack's config: `secrets.<server>.<name>`. @default none */
  secret?: string;
  /** The text; `{}` in it stands for the secret, as in `Bearer {}`. Without a secret everybody can read it. @default "{}", with a secret */
  value?: string;
}

/** A secret, by its name in the stack's config: `secrets.<server>.<name>`. */
export interface SecretReference {
  secret: string;
}

/** What a remote server's TLS takes beside the usual. All PEM. */
export interface RemoteTls {
  /** The authorities that may have signed the server's certificate, in place of the public ones. @default the public ones */
  ca?: SecretReference;
  /** The certificate that is shown to the server; only with `key`. @default none */
  certificate?: SecretReference;
  /** Its private key; only with `certificate`. @default none */
  key?: SecretReference;
}
