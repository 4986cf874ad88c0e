#!/usr/bin/env bash
# debian.sh TAG STAMP: a stand-in for the official slim Debian image, made by mmdebstrap and imported under its name.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../lib.sh"
. "$here/../versions.sh"
tag=$1 stamp=$2
apt_install mmdebstrap debian-archive-keyring

# The machine's own Debian mirrors, where it has some; mmdebstrap's default otherwise.
mirror_of() { apt-get indextargets --format '$(REPO_URI)' "Label: $1" 'Created-By: Packages' 2>/dev/null | head -n 1; }
main=$(mirror_of Debian) security=$(mirror_of Debian-Security) sources=()
if [ -n "$main" ]; then
  sources+=("deb $main $DEBIAN_SUITE main" "deb $main $DEBIAN_SUITE-updates main")
  [ -z "$security" ] || sources+=("deb $security $DEBIAN_SUITE-security main")
fi

# No ./dev: device nodes cannot be loaded by an engine without CAP_MKNOD in its user namespace; Docker makes its own.
# The path-exclude list and apt settings are what the official slim image has.
mmdebstrap --quiet --variant=minbase --include=ca-certificates \
  --skip=output/dev \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/lintian/*' \
  --aptopt='Acquire::Languages "none"' --aptopt='Acquire::GzipIndexes "true"' \
  --aptopt='APT::AutoRemove::SuggestsImportant "false"' \
  --aptopt='DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; }' \
  --customize-hook="bash '$here/machine-cas.sh' \"\$1\"" \
  --customize-hook='rm -rf "$1"/var/log/*.log "$1"/var/log/apt/*; rm -f "$1/etc/hostname" "$1/etc/resolv.conf"' \
  "$DEBIAN_SUITE" - "${sources[@]}" |
  docker import --change 'CMD ["bash"]' --change "LABEL dind-mcp.stand-in=$stamp" \
    --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    --change 'ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt' - "$tag" >/dev/null
