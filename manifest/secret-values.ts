/** Shapes of well-known keys and tokens, anywhere in a text. */
const SHAPES = [
  /-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----/,
  /\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{20,}/,
  /\b(AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[\w-]{35}\b/,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/,
  /\b(sk-|sk_live_|rk_live_|npm_|hf_|pul-)[A-Za-z0-9_-]{20,}/,
  /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/,
  /\b(Bearer|Basic) [A-Za-z0-9+/=._~-]{16,}/,
];

/** A connection string like `Server=db;User Id=sa;Password=x` or `host=db user=u password=x`. */
const CONNECTION =
  /(^|[;\s])\s*(server|data source|host|user( ?id|name)?|uid|accountname|endpoint|database|dbname)\s*=/i;
const ITS_PASSWORD = /(^|[;\s])\s*(password|pwd|accountkey|sharedaccesskey)\s*=\s*[^\s;$<{/*]{4,}/i;

/** A key in base64, as text. */
function decoded(value: string): string {
  return value.replace(/\bLS0tLS1CRUdJTi[A-Za-z0-9+/=]+/g, (key) => Buffer.from(key, "base64").toString());
}

/** True when a key or token that is known by its shape is in the text. */
export function hasSecretShape(value: string): boolean {
  const text = decoded(value);
  return SHAPES.some((shape) => shape.test(text)) || (CONNECTION.test(text) && ITS_PASSWORD.test(text));
}

/** Long, with letters and digits mixed: a machine made it so that nobody can guess it. */
const isRandom = (text: string): boolean => /^(?=.*\d)(?=.*[A-Za-z])[\w+=~-]{16,}$/.test(text);
const isTame = (text: string, between: RegExp): boolean => !text.split(between).some(isRandom);

/** True for a value that says where or whether: true, a path, a URL without a password, `${NAME}`, a public key. */
export function isReference(value: string): boolean {
  if (/^(true|false|yes|no|on|off|none|null|enabled?|disabled?|required|optional)?$/i.test(value)) return true;
  if (/^(\$\w+|\$?\{\{?[^{}]*\}\}?|<[^<>]*>|arn:[\w:/.-]+)$/.test(value)) return true;
  if (/^(ssh-(rsa|ed25519)|ecdsa-sha2-\S+) |^-----BEGIN (PUBLIC KEY|CERTIFICATE)-----/.test(value)) return true;
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\/[^\s@]+$/i.test(value);
  const isPath = /^(~|\.{1,2})?(\/[\w.@+ -]+)+\/?$|^[A-Za-z]:[\\/][^:]*$/.test(value);
  const isFile = /^[\w.-]+(\/[\w.-]+)*\.(txt|json|pem|key|ya?ml|env|conf|cfg|ini|crt|cer|p12|jks)$/.test(value);
  return (isUrl || isPath || isFile) && isTame(value, /[/\\?&=#.:]/);
}

/** A number, a size, a duration, a date. */
export function isNumber(value: string): boolean {
  return (
    /^[-+]?\d{1,12}([.,_]\d{1,12})*\s?(%|[kmgt]?i?b?|ms|s|m|h|d|min)$/i.test(value) ||
    /^\d{4}(-\d{2}){1,2}$/.test(value)
  );
}

/** A DNS name of several parts, with or without a port. */
export function isHost(value: string): boolean {
  return /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(:\d{1,5})?$/.test(value) && isTame(value, /[.:]/);
}

/** Words that a person wrote, with numbers between them: `strict`, `eu-west-1`, `X-Auth`. */
export function isWords(value: string): boolean {
  return (
    /^([A-Z]?[a-z]{1,15}|[A-Z]{1,15})+([-_./:, ]+(([A-Z]?[a-z]{1,15}|[A-Z]{1,15})+|\d{1,4}))*$/.test(value) &&
    value.length <= 60
  );
}
