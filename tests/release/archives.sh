# shellcheck shell=bash disable=SC2016
# Archives, wheels, checksums: what is in them, and that they are the same whoever makes them.
set -euo pipefail

archive_of() { echo "$RELEASE/$(archive "$(version)" "$1").$2"; }

test_the_release_has_all_files_and_no_other() {
  local target os end wheel
  {
    printf '%s\n' SHA256SUMS gamma.yaml gamma-filter.oci.tar gamma-filter.wasm gamma-filter-compat.wasm
    printf '%s.cdx.json\n' gamma-controller gamma-envoy gamma-filter gammactl
    while read -r target os _ _ end wheel; do
      echo "gammactl-$(version)-$target.$end"
      echo "gammactl-$(version)-py3-none-$wheel.whl"
    done < <(targets)
  } | LC_ALL=C sort > wanted
  equal "$(LC_ALL=C ls "$RELEASE")" "$(cat wanted)"
}

test_an_archive_has_the_program_the_licence_and_completions() {
  local target os end folder names
  while read -r target os _ _ end _; do
    folder=$(archive "$(version)" "$target")
    names=$(printf "$folder/%s\n" LICENSE README.md completions/{_gammactl,_gammactl.ps1,gammactl.bash,gammactl.fish} "$(program "$os")")
    case $end in
      tar.gz) equal "$(tar -tzf "$(archive_of "$target" "$end")")" "$names" ;;
      zip) equal "$(unzip -Z1 "$(archive_of "$target" "$end")")" "$names" ;;
    esac
    # Each target's own program.
    [ "$target" = x86_64-unknown-linux-musl ] && continue
    case $end in
      tar.gz) tar -xzf "$(archive_of "$target" "$end")" ;;
      zip) unzip -q "$(archive_of "$target" "$end")" ;;
    esac
    equal "$(cat "$folder/$(program "$os")")" "stand-in for $target"
    expect "$target's program may be executed" [ -x "$folder/$(program "$os")" ]
  done < <(targets)
}

test_what_is_unpacked_runs_and_completes() {
  local folder
  folder=$(archive "$(version)" x86_64-unknown-linux-musl)
  tar -xzf "$(archive_of x86_64-unknown-linux-musl tar.gz)"
  says "gammactl $(version) " "$folder/gammactl" --version
  # shellcheck source=/dev/null
  . "$folder/completions/gammactl.bash"
  says _gammactl complete -p gammactl
  equal "$(tar -tvzf "$(archive_of x86_64-unknown-linux-musl tar.gz)" | awk '{ print $2 }' | sort -u)" 0/0
}

test_the_same_files_give_the_same_release() {
  cp -R "$WORK/programs" programs
  cp -R "$WORK/images" images
  # What may differ from machine to machine, or from day to day.
  find programs images -exec touch -d 2001-02-03 {} +
  git clone -q "$COPY" another
  (
    umask 077
    export TZ=Asia/Tokyo LC_ALL=C
    cp -R programs private
    another/scripts/release/assets private images again notes.md > log
  )
  equal "$(cat again/SHA256SUMS)" "$(cat "$RELEASE/SHA256SUMS")"
  cmp notes.md "$NOTES"
  # The time in it is that of the commit.
  expect "the time of the commit" [ "$(tar -tvzf "$(archive_of aarch64-apple-darwin tar.gz)" --utc | awk '{ print $4, $5 }' | sort -u)" = \
    "$(TZ=UTC git -C "$COPY" log -1 --date='format-local:%Y-%m-%d %H:%M' --format=%cd)" ]
}

test_checksums_are_of_all_files_and_find_a_change() {
  cp -R "$RELEASE" release
  (cd release && sha256sum --quiet --check SHA256SUMS)
  equal "$(cut -c 67- release/SHA256SUMS)" "$(cd release && LC_ALL=C ls -I SHA256SUMS)"
  printf x >> release/gamma-filter.wasm
  fails "gamma-filter.wasm: FAILED" env -C release sha256sum --check SHA256SUMS
}

test_nothing_is_packed_of_another_version_or_without_programs() {
  mkdir none
  fails "none has no gammactl of any target" "$COPY/scripts/release/pack" none out
  printf '#!/bin/sh\necho gammactl 9.9.9 of somebody\n' > other
  chmod +x other
  GAMMACTL=$PWD/other fails "is not of version $(version)" "$COPY/scripts/release/pack" "$WORK/programs" out
  cp -R "$WORK/programs" programs
  rm -r programs/aarch64-apple-darwin
  fails "programs has no program for aarch64-apple-darwin" "$COPY/scripts/release/assets" programs "$WORK/images" out notes.md
}

test_cargo_binstall_looks_for_the_names_of_the_archives() {
  local target os end url folder
  while read -r target os _ _ end _; do
    folder=$(archive "$(version)" "$target")
    {
      read -r url
      read -r path
    } < <("$VENV/bin/python" "$SOURCES/tests/release/binstall.py" "$SOURCES" "$target" "$os")
    equal "$url" "$(downloads "$(version)")/$folder.$end"
    equal "$path" "$folder/$(program "$os")"
  done < <(targets)
}

test_cargo_installs_it_from_a_clone() {
  cargo install --quiet --path "$SOURCES/gammactl/cli" --locked --no-track --root here
  says "gammactl $(version) " here/bin/gammactl --version
}

test_it_can_be_built_for_windows() {
  local target=x86_64-pc-windows-gnu
  rustup target list --installed | grep -x "$target" || rustup -q target add "$target"
  # Nothing is linked, so that nobody needs a compiler of C for Windows: one of the crates brings some.
  (cd "$SOURCES" && CC_x86_64_pc_windows_gnu=true AR_x86_64_pc_windows_gnu=true \
    RUSTFLAGS="-D warnings" cargo check --quiet --locked -p gammactl --target "$target")
}

test_pip_installs_a_wheel_that_runs() {
  local wheels
  python3 -m venv venv
  venv/bin/pip install -q --disable-pip-version-check --no-index --find-links "$RELEASE" gammactl
  says "gammactl $(version) " venv/bin/gammactl --version
  # pip does not compare the sums of RECORD.
  wheels=("$RELEASE"/*.whl)
  equal "${#wheels[@]}" "$(targets | wc -l)"
  for wheel in "${wheels[@]}"; do "$VENV/bin/python" "$SOURCES/tests/release/record.py" "$wheel"; done
  says "Name: gammactl" venv/bin/pip --disable-pip-version-check show gammactl
  says Apache-2.0 venv/bin/python -c 'from importlib.metadata import metadata; print(metadata("gammactl")["License-Expression"])'
}

test_versions_before_a_release_are_those_of_python() {
  local wheel="$COPY/scripts/release/wheel.py"
  export SOURCE_DATE_EPOCH=0
  says gammactl-1.0.0rc2-py3-none-win_amd64.whl "$wheel" 1.0.0-rc.2 x86_64-pc-windows-msvc "$GAMMACTL" .
  fails "1.0.0-nightly is no version that Python knows" "$wheel" 1.0.0-nightly x86_64-pc-windows-msvc "$GAMMACTL" .
  fails "does not have sparc" "$wheel" 1.0.0 sparc "$GAMMACTL" .
}

test_sboms_are_valid_and_say_what_is_linked() {
  local name
  "$VENV/bin/python" "$SOURCES/tests/release/sbom.py" "$RELEASE"/{gammactl,gamma-controller,gamma-filter,gamma-envoy}.cdx.json
  for name in clap kube-client gamma-compile; do has_component gammactl "$name"; done
  for name in proxy-wasm gamma-router; do has_component gamma-filter "$name"; done
  for name in kube-client gamma-compile; do has_component gamma-controller "$name"; done
  for name in gammactl gamma_filter gamma-entrypoint proxy-wasm envoyproxy/envoy; do has_component gamma-envoy "$name"; done
  # The tests' own, and paths of who made it.
  if has_component gammactl gamma-testbed; then exit 1; fi
  if grep -ohE 'file:///[^/]+' "$RELEASE"/*.cdx.json | grep -vx file:///gamma; then exit 1; fi
}

# has_component SBOM NAME
has_component() {
  jq -e --arg name "$2" 'any(.components[]; .name == $name)' "$RELEASE/$1.cdx.json" || { echo "$1: $2"; return 1; }
}
