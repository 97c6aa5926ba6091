# shellcheck shell=bash disable=SC2016
# The commands of docs/install.md, with the release that is served here. What asks GitHub, a registry or an engine is stood in
# for: each stand-in takes only what its program takes.
set -euo pipefail

PAGE=$SOURCES/docs/install.md

# stand_in NAME: a program with the script that comes on standard input, which says on the way that it was called.
stand_in() {
  { printf '#!/bin/bash\nset -euo pipefail\necho %s >> %s\n' "$1" "$PWD/called"; cat; } > "bin/$1"
  chmod +x "bin/$1"
}

write_stand_ins() {
  local workflow
  workflow="$(repository)/.github/workflows/release.yml@refs/tags/v$(version)"
  mkdir bin
  stand_in gh <<'SCRIPT'
[ "$1 $2 $4" = "attestation verify --repo" ]
case $3 in oci://*@sha256:*) ;; *) test -s "$3" ;; esac
case ${6:-} in '') ;; --predicate-type) [ "$7" = https://cyclonedx.org/bom ] ;; *) exit 1 ;; esac
SCRIPT
  stand_in cosign <<SCRIPT
case \$1 in
  verify-blob) test -s "\$2"; [ "\$3" = --bundle ]; test -s "\$4"; shift 4 ;;
  verify) [[ \$2 == *@sha256:* ]]; shift 2 ;;
esac
[ "\$*" = "--certificate-identity $workflow --certificate-oidc-issuer https://token.actions.githubusercontent.com" ]
SCRIPT
  stand_in cargo <<SCRIPT
[ "\$2 \$3" = "--git $(repository)" ]
case \$1 in
  binstall) [ "\$*" = "binstall --git \$3 gammactl" ] ;;
  install) [ "\$*" = "install --git \$3 --tag v$(version) --locked gammactl" ] ;;
  *) exit 1 ;;
esac
SCRIPT
  stand_in docker <<SCRIPT
[ "\$1 \$2 \$3 \$5" = "run --rm -v $(registry "$(repository)")/gammactl:$(version)" ]
shift 5
cd "\${3:+$SOURCES/examples/shop}" && $GAMMACTL "\$1" "\$2" .
SCRIPT
  stand_in skopeo <<'SCRIPT'
[ "$1" = copy ] && test -s "${2#oci-archive:}" && [[ $3 == docker://* ]]
SCRIPT
}

# commands: the lines of its sh blocks, for the release that is served here.
commands() {
  sed -n '/^```sh$/,/^```$/{/^```/!p}' "$PAGE" |
    sed -e "s|$(repository)/releases/download|$SITE|g" -e "s|https://api.github.com/repos/[^ ]*|$SITE/release.json|"
}

test_the_commands_of_the_page_do_what_it_says() {
  local served name
  write_stand_ins
  cp "$(command -v krew)" bin/kubectl-krew
  ln -s "$KUBECTL" bin/kubectl
  ln -s "$SOURCES/examples" examples
  python3 -m venv venv
  # What the workflow adds to a release: the signature, and GitHub's answer about it.
  served=$WORK/site/download
  echo '{}' > "$RELEASE/SHA256SUMS.sigstore.json"
  jq --raw-input --slurp '{body: .}' "$NOTES" > "$served/release.json"
  cp "$RELEASE/gamma.yaml" gamma.yaml
  sed -i "s|$(repository)/releases/download|$SITE|" "$RELEASE/gamma.yaml"
  trap 'cp gamma.yaml "$RELEASE/gamma.yaml"; rm -f "$RELEASE/SHA256SUMS.sigstore.json" "$WORK/site/download/release.json"' EXIT

  commands > page
  export HOME=$PWD/home KREW_ROOT=$PWD/krew KREW_NO_UPGRADE_CHECK=1 PIP_NO_INDEX=1 PIP_FIND_LINKS=$RELEASE
  export PIP_DISABLE_PIP_VERSION_CHECK=1
  # krew looks into its index before it installs what is not from there.
  git init -q index
  mkdir index/plugins
  touch index/plugins/none
  git -C index add -A
  git -C index -c user.name=test -c user.email=test@localhost -c commit.gpgsign=false commit -qm index
  export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="url.$PWD/index.insteadOf" GIT_CONFIG_VALUE_0=https://github.com/kubernetes-sigs/krew-index.git
  mkdir home
  # What the page installs is found where it says, and no gammactl that is there already.
  PATH="$PWD/bin:$PWD/venv/bin:$PWD/krew/bin:$HOME/.local/bin:$PATH" bash -euxo pipefail page > printed
  cat printed
  "$HOME/.local/bin/gammactl" --version
  grep -q "^gammactl-$(version)-x86_64-unknown-linux-musl.tar.gz: OK" printed
  grep -q "^gamma-filter-compat.wasm: OK" printed
  grep -q "Usage: kubectl gamma check" printed
  grep -q "Usage: kubectl gamma explain" printed
  # The notes end with what is pinned.
  grep -qxF "    $(grep ^oci:// "$WORK/images/images.txt")" printed
  for name in gh cosign cargo docker skopeo; do grep -qx "$name" called; done
}

test_the_page_names_every_target_and_the_release_that_is_made() {
  local target version other
  while read -r target _; do grep -qF "\`$target\`" "$PAGE" || { echo "the page lacks $target"; exit 1; }; done < <(targets)
  version=$(version)
  other=$(grep -nE "(v|version=|:)[0-9]+\.[0-9]+\.[0-9]+" "$PAGE" | grep -vF "$version") || true
  equal "$other" ""
  for input in $("$VENV/bin/python" -c 'import sys, ruamel.yaml; print(*ruamel.yaml.YAML(typ="safe").load(open(sys.argv[1]))["inputs"])' \
    "$SOURCES/action.yml"); do
    grep -qF "| \`$input\` |" "$PAGE" || { echo "the page lacks the input $input"; exit 1; }
  done
}
