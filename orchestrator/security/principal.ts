import type { Scope } from "../../api/scopes";

/** Who asks: the holder of one of the stack's tokens, or the subject of an OAuth token. */
export interface Principal {
  /** Name of the token, or `oauth:SUBJECT`. Unique: sessions and pools belong to it. */
  name: string;
  scopes: ReadonlySet<Scope>;
  /** Servers it may use; undefined = all. */
  servers?: ReadonlySet<string>;
  /** Tools it may use, as `server__tool`, `*` at the end for any rest; undefined = all. */
  tools?: { allow?: string[]; deny?: string[] };
}

/** A request that goes no further: an HTTP answer (RFC 9457 problem) instead. */
export interface Rejection {
  status: number;
  title: string;
  detail: string;
  headers?: Record<string, string>;
}

/** Tells the answer of authenticate() apart. */
export function isRejection(value: Principal | Rejection): value is Rejection {
  return "status" in value;
}
