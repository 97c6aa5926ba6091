# shellcheck shell=bash
# What the scripts of a release know in common: the version, where the repository is, the names of files. It is sourced,
# with `set -euo pipefail`, and by bash 3.2 of macOS as well.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

die() {
  echo "error: $*" >&2
  exit 1
}

# workspace KEY: a value of [workspace.package] in Cargo.toml.
workspace() {
  sed -n '/^\[workspace\.package\]/,/^$/s/^'"$1"' = "\(.*\)"$/\1/p' "$root/Cargo.toml"
}

version() { workspace version; }

# Where the repository is.
repository() { workspace repository; }

# registry REPOSITORY: where its images are. A registry knows no capitals.
registry() {
  local owner=${1#https://github.com/}
  echo "ghcr.io/$(echo "${owner%%/*}" | tr '[:upper:]' '[:lower:]')"
}

# changes VERSION: what CHANGELOG.md says of it, without empty lines around.
changes() {
  awk -v heading="## [$1]" '
    index($0, "## ") == 1 { inside = index($0, heading) == 1; next }
    inside && (NF || said) { lines = lines (said ? "\n" : "") $0; said = 1; if (NF) kept = lines }
    END { if (kept) print kept }
  ' "$root/CHANGELOG.md"
}

# Where the files of the release of VERSION are: downloads VERSION.
downloads() { echo "$(repository)/releases/download/v$1"; }

# The lines of the table that say something.
targets() { grep -v '^#' "$root/scripts/release/targets"; }

# archive VERSION TARGET: the name of the folder in an archive, and of the archive before its end.
archive() { echo "gammactl-$1-$2"; }

# program OS: what gammactl is called there.
program() {
  case $1 in
    windows) echo gammactl.exe ;;
    *) echo gammactl ;;
  esac
}

# The time that is written into archives, in seconds: that of the commit.
epoch() {
  echo "${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct)}"
}
