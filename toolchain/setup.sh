# What makes a machine ready, as steps. Sourced by bin/dind-mcp. Each piece does nothing where nothing is missing.
tools=$project/toolchain

setup() {
  mkdir -p "$CACHE/logs"
  lock 9 "$CACHE/setup.lock" "setting up $CACHE"
  state_setup
  step_total=6
  if ! command -v curl >/dev/null || [ ! -f /etc/ssl/certs/ca-certificates.crt ]; then
    step_total=7
    run system "system packages (curl, CA certificates)" bash -c '. "$1/lib.sh"; apt_install curl ca-certificates' - "$tools"
  fi
  # Three chains side by side: compiling keeps the processor busy while packages come over the network.
  start engine "Docker engine" bash "$tools/host-engine.sh" "$CACHE"
  run node "Node >= 22" bash "$tools/node.sh" "$CACHE"
  local node_dir
  node_dir=$(bash "$tools/node.sh" "$CACHE" --check)
  PATH=$node_dir:$PATH
  start pulumi "Pulumi and its plugins" bash "$tools/pulumi/install.sh" "$CACHE"
  start packages "npm packages" bash "$tools/npm-install.sh" "$CACHE" "$project"
  finish engine
  start images "base images" bash "$tools/base-images.sh" "$CACHE"
  finish packages images pulumi
  load_environment
  run stack "stack $stack" stack_setup
  flock -u 9
}

# The stack, and the machine's copy of its config; made beside the work tree, so that the salt is written there.
stack_setup() {
  local copy=$STATE/stacks/Pulumi.$stack.yaml
  cd "$STATE/stacks"
  cp "$project/Pulumi.yaml" Pulumi.yaml
  if ! grep -qs '^encryptionsalt:' "$copy" || ! pulumi_direct stack ls --json | grep -q "\"name\": \"$stack\""; then
    [ -f "$copy" ] || printf 'config: {}\n' >"$copy"
    [ -f "$copy.base" ] || cp "$copy" "$copy.base"
    # A stack that lives on while its copy was lost gets its salt back from the state; a new one gets a new salt.
    pulumi_direct stack init "$stack" --non-interactive --no-select 2>&1 || pulumi_direct stack select "$stack"
  fi
}

pulumi_direct() { # without the wrapper's --config-file: only this folder counts
  local real
  while IFS= read -r real; do case $real in */toolchain/bin/*) ;; *) break ;; esac done < <(type -ap pulumi)
  "$real" "$@"
}
