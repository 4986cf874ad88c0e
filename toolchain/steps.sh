# shellcheck shell=bash disable=SC2154
# Numbered steps with a log each, one after the other or side by side. Sourced by bin/dind-mcp; says all on stderr, so
# that stdout stays the command's own.
step_total=0 step_number=0
declare -A step_pid=() step_title=() step_start=() step_log=()

note() { printf '%s\n' "$*" >&2; }

# start KEY TITLE COMMAND...: in the background, in a process group of its own, output to CACHE/logs/KEY.log.
start() {
  local key=$1
  step_title[$key]=$2 step_start[$key]=$SECONDS step_log[$key]=$CACHE/logs/$key.log
  shift 2
  step_number=$((step_number + 1))
  step_title[$key]="[$step_number/$step_total] ${step_title[$key]}"
  set -m
  : >"${step_log[$key]}"
  "$@" </dev/null >>"${step_log[$key]}" 2>&1 8>&- 9>&- &
  step_pid[$key]=$!
  set +m
}

# finish KEY...: waits for them, with a line when one ends and one every 15 s for those that take long.
finish() {
  local left=("$@") still key last=$SECONDS
  while [ ${#left[@]} -gt 0 ]; do
    still=()
    for key in "${left[@]}"; do
      if kill -0 "${step_pid[$key]}" 2>/dev/null; then still+=("$key"); else report "$key"; fi
    done
    left=("${still[@]}")
    [ ${#left[@]} -gt 0 ] || return 0
    if [ $((SECONDS - last)) -ge 15 ]; then
      for key in "${left[@]}"; do
        local said
        said=$(tail -n 1 "${step_log[$key]}" | cut -c1-100)
        note "${step_title[$key]}: $((SECONDS - step_start[$key])) s so far${said:+; $said}"
      done
      last=$SECONDS
    fi
    sleep 0.05
  done
}

report() {
  local key=$1 code=0
  wait "${step_pid[$key]}" || code=$?
  unset "step_pid[$key]"
  if [ $code -eq 0 ]; then
    note "${step_title[$key]}: $((SECONDS - step_start[$key])) s"
    return
  fi
  note "${step_title[$key]}: failed after $((SECONDS - step_start[$key])) s. Its last lines (all of it: ${step_log[$key]}):"
  tail -n 15 "${step_log[$key]}" | sed 's/^/    /' >&2
  stop_steps
  exit $((code == 5 ? 5 : 1)) # 5: there is no such stack
}

# What Ctrl-C or a failed neighbour leaves running; daemons have left the group and stay.
stop_steps() {
  local pid end=$((SECONDS + 5))
  for pid in "${step_pid[@]}"; do kill -TERM -- "-$pid" 2>/dev/null || true; done
  for pid in "${step_pid[@]}"; do
    # The whole group: npm, for one, goes on for a while after its TERM, and would disturb the next run.
    while kill -0 -- "-$pid" 2>/dev/null && [ $SECONDS -lt $end ]; do sleep 0.1; done
    kill -KILL -- "-$pid" 2>/dev/null || true
  done
  wait 2>/dev/null || true
  step_pid=()
}

run() { # one step alone
  start "$@"
  finish "$1"
}

# lock FD FILE WHAT: waits for another launcher, and says so.
lock() {
  eval "exec $1>>\"\$2\""
  flock -n "$1" && return
  note "another dind-mcp is at work ($3); waiting for it"
  flock "$1"
}
