import type { Scope } from "../../api/scopes";

/** The sender of a request: the holder of a token of the stack or of the API, or the subject of an OAuth token. */
export interface Principal {
  /** Name of the stack's token, `api:NAME` of one that was made through the API, or `oauth:SUBJECT`. It is unique, as sessions and pooled connections belong to it. */
  name: string;
  scopes: ReadonlySet<Scope>;
  /** Servers that the principal may use; undefined: all. */
  servers?: ReadonlySet<string>;
  /** Tools that the principal may use, as `server__tool`; a `*` at the end stands for any rest. Undefined: all. */
  tools?: { allow?: string[]; deny?: string[] };
  /** Milliseconds since 1970 from which on its token is refused. Undefined: never, or it is an OAuth token. */
  until?: number;
}

const OF_ISSUER = "oauth:";

/** The principal's name of an OAuth token's subject. */
export const subjectName = (subject: string): string => OF_ISSUER + subject;

/** True for such a name: whether there still is that subject, the issuer alone knows. */
export const isOfIssuer = (name: string): boolean => name.startsWith(OF_ISSUER);

/** The HTTP answer to a refused request, a problem of RFC 9457. */
export interface Rejection {
  status: number;
  title: string;
  detail: string;
  headers?: Record<string, string>;
}

/** Tells a refusal from a principal in the result of authenticate(). */
export function isRejection(value: Principal | Rejection): value is Rejection {
  return "status" in value;
}
