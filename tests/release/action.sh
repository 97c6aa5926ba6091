# shellcheck shell=bash disable=SC2016
# The action: its script with a release that is served here, and its steps as a runner runs them.
set -euo pipefail

# install OPTION=VALUE...: the action's script into the folder `bin`, with that environment.
install_by_action() { env DOWNLOADS="$SITE/v$(version)" "$@" "$SOURCES/scripts/action/install" bin; }

# A program `uname` that says it is another machine.
pretend() {
  mkdir -p pretended
  printf '#!/bin/sh\ncase $1 in -s) echo "%s" ;; -m) echo "%s" ;; esac\n' "$1" "$2" > pretended/uname
  chmod +x pretended/uname
  export PATH="$PWD/pretended:$PATH"
}

test_the_action_installs_a_release() {
  local form
  for form in "VERSION=$(version)" "VERSION=v$(version)" "VERSION= ACTION_REF=v$(version)"; do
    # shellcheck disable=SC2086
    says "gammactl $(version) " install_by_action $form
    says "gammactl $(version) " bin/gammactl --version
    rm -r bin
  done
  says "gammactl $(version) " install_by_action "VERSION=$(version)" "DOWNLOADS=file://$RELEASE"
}

test_the_action_takes_each_machine_its_own() {
  local target os arch name system machine
  while read -r target os arch _; do
    [ "$target" = x86_64-unknown-linux-musl ] && continue
    case $os in windows) system=MINGW64_NT-10.0 ;; darwin) system=Darwin ;; *) system=Linux ;; esac
    machine=x86_64
    if [ "$arch" = arm64 ]; then machine=aarch64; [ "$os" = linux ] || machine=arm64; fi
    pretend "$system" "$machine"
    # What is not for this machine is put there, and can't say its version.
    rm -rf bin
    if install_by_action "VERSION=$(version)" > said 2>&1; then cat said; exit 1; fi
    name=$(program "$os")
    equal "$(cat "bin/$name")" "stand-in for $target"
  done < <(targets)
  pretend Linux riscv64
  fails "there is no gammactl for linux on riscv64" install_by_action "VERSION=$(version)"
  pretend FreeBSD x86_64
  fails "there is no gammactl for FreeBSD on amd64" install_by_action "VERSION=$(version)"
}

test_the_action_refuses_what_was_not_released() {
  local name
  name=$(archive "$(version)" x86_64-unknown-linux-musl).tar.gz
  fails "which version? The action is used as \`main\`" install_by_action VERSION= ACTION_REF=main
  fails "\`1/../2\` is no version" install_by_action VERSION=1/../2
  fails "is there a release 9.9.9?" install_by_action VERSION=9.9.9 "DOWNLOADS=$SITE/v9.9.9"
  fails "is there a release 9.9.9?" install_by_action VERSION=9.9.9 "DOWNLOADS=file://$PWD"
  fails "can't be fetched" install_by_action "VERSION=$(version)" DOWNLOADS=http://127.0.0.1:1
  cp -R "$RELEASE" release
  rm "release/$name"
  cp "$RELEASE/SHA256SUMS" "release/$name"
  fails "$name is not what was released" install_by_action "VERSION=$(version)" "DOWNLOADS=file://$PWD/release"
  grep -vF "$name" "$RELEASE/SHA256SUMS" > release/SHA256SUMS
  fails "does not have $name" install_by_action "VERSION=$(version)" "DOWNLOADS=file://$PWD/release"
  expect "nothing is installed then" [ ! -e bin ]
}

# run_example: the step of the workflow to copy that uses the action, in this folder.
run_example() {
  "$VENV/bin/python" "$SOURCES/tests/release/run_action.py" "$SOURCES/action.yml" "$SOURCES/examples/ci/github-actions.yml" "$SITE/v$(version)"
}

test_the_workflow_to_copy_fails_for_bad_manifests_only() {
  mkdir good bad
  cp -R "$SOURCES/examples/shop" good/routes
  cp -R "$SOURCES/examples/shop" bad/routes
  rm bad/routes/services.yaml
  (cd good && says "gammactl $(version) " run_example && jq -e '.runs[0].results == []' gammactl.sarif)
  cd bad
  fails "::warning file=routes/cart.yaml" run_example
  # It is written before the step fails.
  jq -e '.runs[0].results | length > 0' gammactl.sarif
}

test_the_action_checks_what_it_is_told() {
  local check="$SOURCES/scripts/action/check"
  mkdir bin "my routes"
  ln -s "$GAMMACTL" bin/gammactl
  PATH="$PWD/bin:$PATH"
  cp "$SOURCES/examples/shop/cart.yaml" "my routes"
  FILES='' says "" "$check"
  # Warnings alone do not fail, unless the options say so.
  FILES=$'my routes\n'"$SOURCES/examples/shop/00-namespaces.yaml" says "::warning file=my routes/cart.yaml" "$check"
  FILES='my routes' ARGS='--strict  --honor-hostnames' fails "file=my routes/cart.yaml" "$check"
  # What can't be read is no finding.
  FILES='not there' SARIF=sarif fails "not there" "$check"
}

test_the_docs_name_the_release_that_is_made() {
  local wrong
  # In the examples, and in the docs.
  wrong=$(git -C "$COPY" grep -nE "uses: [A-Za-z0-9-]+/gamma@v[0-9]" -- '*.md' '*.yml' | grep -vF "@v$(version)") || true
  equal "$wrong" ""
}
