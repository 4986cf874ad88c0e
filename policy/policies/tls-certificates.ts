import { resourcePolicy } from "../define";
import { isOpen, items, type Maybe, UNKNOWN } from "../known";

interface Config {
  maximumLeafHours: number;
  maximumAuthorityHours: number;
}

interface Certificate {
  allowedUses?: Maybe<Maybe<string>[]>;
  earlyRenewalHours?: Maybe<number>;
  isCaCertificate?: Maybe<boolean>;
  validityPeriodHours?: Maybe<number>;
}

const TYPES = ["tls:index/selfSignedCert:SelfSignedCert", "tls:index/locallySignedCert:LocallySignedCert"];
const ROLES = ["server_auth", "client_auth"];
/** Key usages; all else in `allowedUses` is an extended one, which says what the certificate is for. */
const KEY_USES =
  /^((cert|crl)_signing|content_commitment|digital_signature|(data|key)_encipherment|key_agreement|(de|en)cipher_only)$/;

function lifetime({ validityPeriodHours: hours }: Certificate, most: number): string[] {
  if (hours === undefined || hours === UNKNOWN || hours <= most) return [];
  return [`is valid for ${hours} hours, expected ${most} at most`];
}

function authority(certificate: Certificate, config: Config): string[] {
  const uses = items(certificate.allowedUses);
  return [
    ...lifetime(certificate, config.maximumAuthorityHours),
    ...(uses.includes("cert_signing") ? [] : ["is an authority without the use cert_signing"]),
    ...uses.filter((use) => !KEY_USES.test(use)).map((use) => `is an authority, and has the use ${use}`),
  ];
}

function leaf(certificate: Certificate, config: Config): string[] {
  const { earlyRenewalHours: renewal = 0, validityPeriodHours: validity } = certificate;
  const uses = items(certificate.allowedUses);
  const roles = uses.filter((use) => !KEY_USES.test(use));
  const tooMuch = uses.filter((use) => ["cert_signing", "crl_signing"].includes(use));
  const renewed = renewal === UNKNOWN || (renewal > 0 && !(typeof validity === "number" && renewal >= validity));
  return [
    ...lifetime(certificate, config.maximumLeafHours),
    ...(renewed ? [] : ["is not renewed before it ends (earlyRenewalHours)"]),
    ...(roles.length === 1 && ROLES.includes(roles[0] ?? "")
      ? []
      : [`serves as ${roles.join(" and ") || "nothing"}, expected one of ${ROLES.join(", ")}`]),
    ...tooMuch.map((use) => `has the use ${use}`),
  ];
}

export const tlsCertificates = resourcePolicy<Config>({
  id: "tls-certificates",
  title: "A certificate has one use, an end within a year or so, and is renewed before it.",
  severity: "high",
  reason:
    "A server's certificate that serves as a client's opens the engine to whoever gets it; one that never ends stays stolen.",
  fix: "allowedUses: digital_signature with server_auth or client_auth (an authority: cert_signing); validityPeriodHours: 8760; earlyRenewalHours: 2928",
  references: ["CIS Docker 2.8", "OWASP TLS cheat sheet", "RFC 5280 4.2.1.12"],
  settings: {
    maximumLeafHours: {
      schema: { type: "integer", minimum: 1, description: "Life time of a certificate, hours." },
      default: 398 * 24,
    },
    maximumAuthorityHours: {
      schema: { type: "integer", minimum: 1, description: "Life time of an authority, hours." },
      default: 10 * 365 * 24,
    },
  },
  check: ({ type, inputs }, config) => {
    const certificate = inputs as Certificate;
    if (!TYPES.includes(type) || isOpen(certificate.allowedUses)) return [];
    return certificate.isCaCertificate === true ? authority(certificate, config) : leaf(certificate, config);
  },
});
