#!/usr/bin/env bash
# machine-cas.sh ROOT: mmdebstrap's customize hook. Makes the new root trust what this machine trusts beyond Debian's
# own list (a company's CA, a TLS-inspecting proxy): without it npm and pip fail inside builds on such machines.
set -euo pipefail
root=$1
bundle=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}
[ -f "$bundle" ] || exit 0
mkdir -p "$root/usr/local/share/ca-certificates"
# Known = in the new root already, or from this machine's own ca-certificates package (an older list, not an addition).
cat "$root/etc/ssl/certs/ca-certificates.crt" /usr/share/ca-certificates/mozilla/*.crt 2>/dev/null |
  awk -v out="$root/usr/local/share/ca-certificates/machine-" '
    /-BEGIN CERTIFICATE-/ { text = key = ""; inside = 1 }
    inside { sub(/\r$/, ""); text = text $0 "\n"; key = key $0 }
    /-END CERTIFICATE-/ && inside {
      inside = 0
      if (NR == FNR) known[key] = 1
      else if (!(key in known)) { known[key] = 1; n++; file = out n ".crt"; printf "%s", text >file; close(file) }
    }' - "$bundle"
chroot "$root" update-ca-certificates >/dev/null 2>&1 # it warns about its own bundle
