# shellcheck shell=bash
# As a plugin of kubectl: found on the PATH, and installed by krew.
set -euo pipefail

test_kubectl_finds_the_plugin_and_it_is_called_so() {
  mkdir bin
  ln -s "$GAMMACTL" bin/kubectl-gamma
  export PATH="$PWD/bin:$PATH"
  says kubectl-gamma "$KUBECTL" plugin list
  says "Usage: kubectl gamma check" "$KUBECTL" gamma check --help
  fails "Usage: kubectl gamma [" "$KUBECTL" gamma
  fails "kubectl gamma explain" "$KUBECTL" gamma
  says "" "$KUBECTL" gamma check -f "$SOURCES/examples/shop" --strict
  mkdir routes
  printf 'kind: HTTPRoute\napiVersion: gateway.networking.k8s.io/v1\nmetadata: {name: a}\nspec: {rules: 1}\n' > routes/a.yaml
  fails "routes/a.yaml:4" "$KUBECTL" gamma check -f routes
}

test_krew_takes_the_manifest() {
  says "no overlapping" validate-krew-manifest -skip-install -manifest "$RELEASE/gamma.yaml"
  # The validator is not content with anything.
  mkdir bad
  sed 's/sha256: ./sha256: x/' "$RELEASE/gamma.yaml" > bad/gamma.yaml
  fails "is not valid" validate-krew-manifest -skip-install -manifest bad/gamma.yaml
  sed 's/arch: arm64/arch: amd64/' "$RELEASE/gamma.yaml" > bad/gamma.yaml
  fails overlapping validate-krew-manifest -skip-install -manifest bad/gamma.yaml
}

test_the_manifest_has_the_checksums_of_the_release() {
  local target end folder sum
  while read -r target _ _ _ end _; do
    folder=$(archive "$(version)" "$target")
    sum=$(sed -n "s/  $folder\.$end$//p" "$RELEASE/SHA256SUMS")
    grep -A 1 -F "uri: $(downloads "$(version)")/$folder.$end" "$RELEASE/gamma.yaml" | grep -qxF "      sha256: $sum"
  done < <(targets)
  cp -R "$RELEASE" release
  rm release/*aarch64-apple-darwin.tar.gz
  fails "release has no gammactl-$(version)-aarch64-apple-darwin.tar.gz" "$COPY/scripts/release/krew" release
}

# krew_install OS ARCH ARCHIVE: as krew does on such a machine.
krew_install() {
  KREW_ROOT=$PWD/$1-$2 KREW_OS=$1 KREW_ARCH=$2 "$KUBECTL" krew install --manifest "$RELEASE/gamma.yaml" --archive "$3"
}

# For every system: each archive has what the manifest takes out of it.
test_krew_installs_it_for_every_target() {
  local target os arch end
  mkdir bin
  cp "$(command -v krew)" bin/kubectl-krew
  export PATH="$PWD/bin:$PATH"
  export KREW_NO_UPGRADE_CHECK=1
  while read -r target os arch _ end _; do
    says "Installed plugin: gamma" krew_install "$os" "$arch" "$RELEASE/$(archive "$(version)" "$target").$end"
    expect "the licence, for $target" [ -s "$os-$arch/store/gamma/v$(version)/LICENSE" ]
    [ "$os" = windows ] || expect "the program, for $target" [ -x "$os-$arch/bin/kubectl-gamma" ]
  done < <(targets)
  PATH="$PWD/linux-amd64/bin:$PATH" says "Usage: kubectl gamma explain" "$KUBECTL" gamma explain --help
  rm -r linux-arm64
  fails checksum krew_install linux arm64 "$RELEASE/$(archive "$(version)" aarch64-apple-darwin).tar.gz"
}
