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

/** Whose sign-in a request to a remote server carries. */
export const SignInOwner = { Shared: "shared", PerUser: "per-user" } as const;
export type SignInOwner = (typeof SignInOwner)[keyof typeof SignInOwner];

/** How the issuer is asked for tokens. */
export const SignInGrant = {
  AuthorizationCode: "authorization-code",
  ClientCredentials: "client-credentials",
} as const;
export type SignInGrant = (typeof SignInGrant)[keyof typeof SignInGrant];

/**
 * How somebody signs in to a remote server, by OAuth 2.1. The tokens stay in the orchestrator: encrypted on its volume, and
 * sent to this server alone.
 */
export interface RemoteOAuth {
  /** The authorization server that gives tokens for the server, like `https://login.example.com`; it has to name itself so. */
  issuer: string;
  /** Further places of the issuer's endpoints, as `host:port`, where they are on another host than `issuer`. @default [] */
  hosts?: string[];
  /** The client that was registered with the issuer by hand. @default the orchestrator registers itself, where the issuer lets it */
  clientId?: string;
  /** Its secret, if it has one; only with `clientId`. @default none */
  clientSecret?: SecretReference;
  /**
   * `shared`: the operator signs in, for everybody. `per-user`: the holder of each token signs in for it, and the operator for
   * the gateway's own checks and lists. @default "shared"
   */
  credentials?: SignInOwner;
  /**
   * `authorization-code`: somebody signs in, in a browser. `client-credentials`: nobody does; the orchestrator shows the
   * issuer `clientId` and `clientSecret`. @default "authorization-code"
   */
  grant?: SignInGrant;
  /** What to ask for. @default what the server's metadata lists, or nothing */
  scopes?: string[];
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
