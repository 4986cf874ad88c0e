import { createSecureContext } from "node:tls";
import type { TlsTexts } from "./tunnel";
import { WayError } from "./way-error";

/** What a header's value cannot hold (RFC 9110, 5.5). */
const NO_HEADER = /[^\t\x20-\x7e\x80-\xff]/;

/** Returns a header's value. @throws WayError that names the secret in it, when no header can carry it */
export function carried(header: string, secret: string | undefined, value: string): string {
  if (!NO_HEADER.test(value)) return value;
  const what = /[\r\n]/.test(value) ? "more than one line" : "a character that no header can carry";
  throw new WayError(`its secret ${secret} for the header ${header} has ${what}: expected one line of text`);
}

/**
 * Checks certificates and key before they are used: OpenSSL's own words name neither.
 * @param names of the secrets that they come from
 * @throws WayError that names the wrong one
 */
export function checkTls({ ca, cert, key }: TlsTexts, names: TlsTexts): void {
  const expected = (what: string, name: string | undefined): WayError =>
    new WayError(`its secret ${name} for tls is no ${what} in PEM`);
  if (ca !== undefined && !ca.includes("-----BEGIN CERTIFICATE-----")) throw expected("certificate", names.ca);
  if (cert !== undefined && !isTaken({ cert })) throw expected("certificate", names.cert);
  if (key !== undefined && !isTaken({ key })) throw expected("key without a password", names.key);
  if (cert !== undefined && key !== undefined && !isTaken({ cert, key }))
    throw new WayError(`its secrets ${names.cert} and ${names.key} for tls are not of one pair`);
}

function isTaken(texts: TlsTexts): boolean {
  try {
    createSecureContext(texts);
    return true;
  } catch {
    return false;
  }
}
