# shellcheck shell=bash disable=SC2154
# Functions that every toolchain script needs. Sourced, never run.

say() { printf '%s\n' "$*"; }

# Prints one sentence that says what went wrong and what to do, then exits.
die() { die_with 1 "$*"; }

# die_with CODE SENTENCE: with an exit code of docs/cli.md.
die_with() {
  printf 'error: %s\n' "$2" >&2
  exit "$1"
}

# nearest WORD KNOWN...: the word that a misspelt one was meant to be, if there is one: at most two letters off, and less
# than half of them. cli/ has lib/nearest.ts; this is for a machine without Node.
nearest() {
  printf '%s\n' "$@" | awk '
    NR == 1 { word = $0; n = length(word); most = int((n - 1) / 2); if (most > 2) most = 2; best = most + 1; next }
    {
      m = length($0)
      for (j = 0; j <= m; j++) row[0, j] = j
      for (i = 1; i <= n; i++) {
        row[i, 0] = i
        for (j = 1; j <= m; j++) {
          least = row[i - 1, j - 1] + (substr(word, i, 1) != substr($0, j, 1))
          if (row[i - 1, j] + 1 < least) least = row[i - 1, j] + 1
          if (row[i, j - 1] + 1 < least) least = row[i, j - 1] + 1
          if (i > 1 && j > 1 && substr(word, i - 1, 2) == substr($0, j, 1) substr($0, j - 1, 1) && row[i - 2, j - 2] + 1 < least) least = row[i - 2, j - 2] + 1
          row[i, j] = least
        }
      }
      if (row[n, m] < best) { best = row[n, m]; meant = $0 }
    }
    END { print meant }'
}

need_root() {
  [ "$(id -u)" -eq 0 ] || die "$1 needs root. Run it as root (sudo), or set that part up yourself and run again."
}

# This machine's name in the npm packages of Node's binary.
node_arch() {
  case $(uname -m) in
  x86_64) echo x64 ;;
  aarch64) echo arm64 ;;
  *) die "there is no Node binary package for $(uname -m). Install Node >= 22.19 yourself, then run again." ;;
  esac
}

# at_least WANTED GOT: of two versions, the second is the first or newer.
at_least() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# apt_install PACKAGE...: the ones that are missing, in one go.
apt_install() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  command -v apt-get >/dev/null || die "${missing[*]} missing, and there is no apt-get here. Install it with your system's package manager."
  need_root "Installing ${missing[*]}"
  say "apt: installing ${missing[*]}"
  # Two steps of ours may want apt at the same time: wait for its lock instead of failing.
  local wait=(-o DPkg::Lock::Timeout=300) tries
  for tries in 1 2 3; do
    DEBIAN_FRONTEND=noninteractive apt-get "${wait[@]}" install -qq -y --no-install-recommends "${missing[@]}" </dev/null && return 0
    say "apt: failed; reading the package lists again (try $tries of 3)"
    apt-get "${wait[@]}" update -qq </dev/null || true
  done
  die "apt-get could not install ${missing[*]}. Check that a Debian mirror is reachable (apt-get update), then run again."
}

# unpack PACKAGE DIR: a Debian package's files below DIR, not installed: that would start its service.
unpack() {
  local get=(apt-get -qq -o APT::Sandbox::User=root download "$1") scratch # its own user may not write here
  command -v apt-get >/dev/null || die "$1 missing, and there is no apt-get here. Put its program on the PATH."
  mkdir -p "$2"
  scratch=$(mktemp -d "$2/deb.XXXXXX")
  (cd "$scratch" && { "${get[@]}" || { apt-get update -qq && "${get[@]}"; }; }) >&2 || {
    rm -rf "$scratch"
    die "apt-get download $1 failed. Check that a Debian mirror is reachable, then run again."
  }
  dpkg -x "$scratch/$1"_*.deb "$2"
  rm -rf "$scratch"
}

# running PID: and not just a zombie that nobody collects (PID 1 of a container often does not). By its state, not by its
# command line: that is empty for up to 30 ms while the kernel loads a program from a cold disk.
running() {
  local stat
  [ -n "$1" ] && stat=$(cat "/proc/$1/stat") && [[ ${stat##*) } != [ZX]* ]]
} 2>/dev/null

# alive PIDFILE NAME: does the process of that file run, and is it still the program we started?
alive() {
  local pid
  pid=$(cat "$1" 2>/dev/null) && running "$pid" && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$2" ]
}

# daemon PIDFILE LOG COMMAND...: in a session of its own with nothing of ours open, so that a caller that waits for our
# stdout (a CI runner) is not held up, and Ctrl-C at the terminal does not reach it.
daemon() {
  local pidfile=$1 log=$2
  shift 2
  rm -f "$pidfile"
  setsid bash -c '
    for fd in /proc/$$/fd/*; do fd=${fd##*/}; [ "$fd" -gt 2 ] && [ "$fd" -lt 255 ] && eval "exec $fd>&-"; done
    echo $$ >"$0"
    exec "$@"' "$pidfile" "$@" </dev/null >>"$log" 2>&1 &
  disown
}

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.2
  done
}

# daemon_up SECONDS PIDFILE COMMAND...: the command succeeds; not, as soon as the daemon has ended or the time is over.
daemon_up() {
  local pidfile=$2 limit=$1
  shift 2
  wait_for "$limit" up_or_dead "$pidfile" "$@" && "$@" >/dev/null 2>&1
}
up_or_dead() {
  local pidfile=$1
  shift
  "$@" || { [ -s "$pidfile" ] && ! running "$(cat "$pidfile")"; }
}

# stop_daemon PIDFILE NAME: TERM, and KILL when it does not listen.
stop_daemon() {
  if alive "$1" "$2"; then
    local pid
    pid=$(cat "$1")
    kill "$pid" 2>/dev/null || true
    wait_for 30 gone "$pid" || kill -9 "$pid" 2>/dev/null || true
  fi
  rm -f "$1"
}
gone() { ! running "$1"; }
