# shellcheck shell=bash disable=SC2154
# The steps that make a machine ready. Sourced by bin/dind-mcp. Each does nothing where nothing is missing.
tools=$project/toolchain

# setup STACK [tests]: `create` the stack when it is new, want it to be `existing`, or `none` at all. With `tests`, what
# they need besides.
setup() {
  mkdir -p "$CACHE/logs"
  lock 9 "$CACHE/setup.lock" "setting up $CACHE"
  state_setup
  step_total=$([ "$1" = none ] && echo 5 || echo 6)
  [ "${2:-}" != tests ] || step_total=$((step_total + 2))
  if ! command -v curl >/dev/null || [ ! -f /etc/ssl/certs/ca-certificates.crt ]; then
    step_total=$((step_total + 1))
    run system "system packages (curl, CA certificates)" bash -c '. "$1/lib.sh"; apt_install curl ca-certificates' - "$tools"
  fi
  trust_machine_cas
  # Three chains side by side: compiling keeps the processor busy while packages come over the network.
  start engine "Docker engine" bash "$tools/host-engine.sh" "$CACHE"
  run node "Node >= 22.19" bash "$tools/node.sh" "$CACHE"
  local node_dir
  node_dir=$(bash "$tools/node.sh" "$CACHE" --check)
  PATH=$node_dir:$PATH
  start pulumi "Pulumi and its plugins" bash "$tools/pulumi/install.sh" "$CACHE"
  start packages "npm packages" bash "$tools/npm-install.sh" "$CACHE" "$project"
  finish engine
  start images "base images" bash "$tools/base-images.sh" "$CACHE"
  if [ "${2:-}" = tests ]; then
    finish packages images # which install packages too: apt serves one at a time
    run tools "what the tests build and ask with" bash "$tools/test-packages.sh"
    run promtool "promtool, for metrics and alerts" bash "$tools/promtool.sh" "$CACHE"
  fi
  finish "${!step_pid[@]}"
  load_environment
  [ "$1" = none ] || run stack "stack $stack" stack_setup "$1"
  flock -u 9
}

# The stack, and the machine's copy of its config; made beside the work tree, so that the salt is written there.
stack_setup() {
  local copy=$STATE/stacks/Pulumi.$stack.yaml
  cd "$STATE/stacks" || exit 1
  cp "$project/Pulumi.yaml" Pulumi.yaml
  # A kill at the wrong moment leaves a file of attributes empty, and Pulumi can read nothing of what it belongs to: it
  # would take the stack for a new one. Without the file it does.
  case $PULUMI_BACKEND_URL in
  file://*) find "${PULUMI_BACKEND_URL#file://}/.pulumi" -name '*.attrs' -empty -delete 2>/dev/null || true ;;
  esac
  local stacks exists=no
  stacks=$(pulumi_direct stack ls --json) || die "pulumi cannot list the stacks; what it said is above. Nothing was changed."
  if grep -q "\"name\": \"$stack\"" <<<"$stacks"; then exists=yes; fi
  [ "$exists $1" != "no existing" ] || die_with 5 "there is no stack $stack yet. Make it with: bin/dind-mcp up --stack $stack"
  # Without a copy pulumi would write into the tracked file. A new one starts empty: nothing in it counts as changed here.
  if [ ! -f "$copy" ]; then printf 'config: {}\n' | tee "$copy.base" >"$copy"; fi
  [ $exists = yes ] || pulumi_direct stack init "$stack" --non-interactive --no-select
}

pulumi_direct() { # without the wrapper's --config-file: only this folder counts
  local real
  while IFS= read -r real; do case $real in */toolchain/bin/*) ;; *) break ;; esac done < <(type -ap pulumi)
  "$real" "$@"
}
