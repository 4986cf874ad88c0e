#!/usr/bin/env bash
# selftest.sh CACHE_DIR: does the Pulumi of install.sh serve the official SDKs? Runs selftest/ for real against the host
# engine (a network and a volume, both removed again) with a state of its own. About 20 s; exits non-zero on failure.
# Needs `npm ci` in the project, Node >= 22.19 on PATH, and a Docker engine at /var/run/docker.sock.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../lib.sh"
cache=$(realpath "${1:?usage: selftest.sh CACHE_DIR}")

work=$(mktemp -d)
cleanup() {
  if [ -f "$work/project/up" ]; then pulumi destroy --yes --skip-preview >"$work/destroy.log" 2>&1 || cat "$work/destroy.log" >&2; fi
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# A copy: `stack init` and `config set` write into the project's folder.
cp -r "$here/selftest" "$work/project"
ln -s "$here/../../../node_modules" "$work/project/node_modules"
cd "$work/project"
mkdir "$work/state"
export PATH=$cache/bin:$PATH PULUMI_HOME=$cache/pulumi PULUMI_BACKEND_URL=file://$work/state PULUMI_CONFIG_PASSPHRASE=selftest
export PULUMI_NODEJS_TRANSPILE_ONLY=true PULUMI_SKIP_UPDATE_CHECK=true PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true
# None of these may reach the provider, which was given its host.
export DOCKER_HOST=tcp://192.0.2.1:2375 DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=/nonexistent

step() { # step WHAT COMMAND...: shows the output of a command that failed
  local what=$1 started=$SECONDS
  shift
  "$@" >"$work/step.log" 2>&1 || { cat "$work/step.log" >&2 && die "selftest: $what failed"; }
  say "$what: $((SECONDS - started)) s"
}
expect() { grep -qE "$1" "$work/step.log" || { cat "$work/step.log" >&2 && die "selftest: expected $2"; }; }

step "stack init" pulumi --non-interactive stack init selftest
step "first preview" pulumi --non-interactive preview
expect '\+ 21 to create' "a first preview with 21 resources to create"
touch up
step "up" pulumi --non-interactive up --yes --skip-preview
step "up again, no changes" pulumi --non-interactive up --yes --skip-preview --expect-no-changes
step "refresh, no changes" pulumi --non-interactive refresh --yes --skip-preview --expect-no-changes
step "preview, no changes" pulumi --non-interactive preview --expect-no-changes
if grep -q warning "$work/step.log"; then cat "$work/step.log" >&2 && die "selftest: the CLI warns about something"; fi

pulumi stack export >"$work/state.json"
pulumi stack output --json --show-secrets >"$work/outputs.json"
step "values" node check.js "$work/state.json" "$work/outputs.json"
pem() { node -p 'process.argv.slice(2).reduce((value, key) => value[key], require(process.argv[1]))' "$work/outputs.json" "$@"; }
pem ca >"$work/ca.pem"
for name in server client rsa; do pem "$name" cert >"$work/$name.pem"; done
if command -v openssl >/dev/null; then
  step "openssl, server" openssl verify -x509_strict -purpose sslserver -verify_hostname localhost -verify_ip 127.0.0.1 -CAfile "$work/ca.pem" "$work/server.pem"
  step "openssl, client" openssl verify -x509_strict -purpose sslclient -CAfile "$work/ca.pem" "$work/client.pem"
fi

# Due for renewal: replaced, and nothing else.
step "config" pulumi config set earlyRenewalHours 25
step "renewal preview" pulumi --non-interactive preview --diff
expect '\+-tls:index/locallySignedCert:LocallySignedCert: \(replace\)' "the client's certificate to be replaced when its renewal is due"
expect '\+-1 to replace' "nothing but one certificate to be replaced"

step "destroy" pulumi --non-interactive destroy --yes --skip-preview
rm up
say "the toolchain serves the official SDKs"
