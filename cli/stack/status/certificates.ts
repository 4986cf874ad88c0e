import { LEAF_RENEWAL_HOURS } from "../../../components/tls/lifetimes";

/** One of the engine's certificates. */
export interface CertificateStatus {
  name: "server" | "client";
  /** RFC 3339. */
  validUntil: string;
  /** Whole days that are left; negative when it has expired. */
  daysLeft: number;
  /** The next `up` renews it: in the last third of its year. */
  renewalDue: boolean;
}

const DAY_MS = 24 * 60 * 60 * 1_000;

/** The certificates of the outputs, as of `now` (milliseconds since 1970). */
export function certificates(validUntil: { server: string; client: string }, now: number): CertificateStatus[] {
  return (["server", "client"] as const).map((name) => {
    const daysLeft = Math.floor((Date.parse(validUntil[name]) - now) / DAY_MS);
    return { name, validUntil: validUntil[name], daysLeft, renewalDue: daysLeft < LEAF_RENEWAL_HOURS / 24 };
  });
}
