# shellcheck shell=bash
# What the tests say things with.
set -euo pipefail

# expect WHAT CONDITION...: the test ends where it does not hold.
expect() {
  local what=$1
  shift
  "$@" || { echo "expected: $what"; exit 1; }
}

# equal GOT WANTED
equal() {
  [ "$1" = "$2" ] || { diff <(echo "$2") <(echo "$1") || true; echo "< wanted, > got"; exit 1; }
}

# fails MESSAGE COMMAND...: the command fails, and says so.
fails() {
  local message=$1 said
  shift
  if said=$("$@" 2>&1); then echo "no error, but \`$message\` was expected: $*"; echo "$said"; exit 1; fi
  [[ $said == *"$message"* ]] || { echo "it should say \`$message\`, and said:"; echo "$said"; exit 1; }
}

# says MESSAGE COMMAND...: the command succeeds, and says so.
says() {
  local message=$1 said
  shift
  said=$("$@" 2>&1) || { echo "failed: $*"; echo "$said"; exit 1; }
  [[ $said == *"$message"* ]] || { echo "it should say \`$message\`, and said:"; echo "$said"; exit 1; }
}
