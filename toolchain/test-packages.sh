#!/usr/bin/env bash
# test-packages.sh: Debian's packages that the tests build and ask with. Where every program of them is there, nothing is
# installed: it may have come another way.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
lacks=0
for program in gcc make openssl zsh fish shellcheck chromium; do command -v "$program" || lacks=1; done
python3 -c "import ensurepip, venv" || lacks=1
[ $lacks = 0 ] || apt_install gcc libc6-dev make openssl zsh fish shellcheck python3-venv chromium
