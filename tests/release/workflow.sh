# shellcheck shell=bash disable=SC2016
# What the workflow calls, and the workflow itself.
set -euo pipefail

test_scripts_are_clean() {
  local scripts=()
  cd "$COPY"
  # The tests of a mesh are in parts that are none by themselves.
  while IFS= read -r file; do scripts+=("$file"); done < <(git grep -lE '^#!/usr/bin/env bash|^# shellcheck shell=bash' -- ':!tests/cluster')
  expect "scripts are found" [ ${#scripts[@]} -gt 20 ]
  shellcheck -x "${scripts[@]}"
}

test_workflows_are_clean() {
  cd "$COPY"
  # With what actionlint knows of the inputs of actions, of ours too, and shellcheck on what they run.
  actionlint -color=false .github/workflows/*.yml examples/ci/github-actions.yml
  "$VENV/bin/check-jsonschema" --builtin-schema vendor.github-workflows .github/workflows/*.yml examples/ci/github-actions.yml
  "$VENV/bin/check-jsonschema" --builtin-schema vendor.github-actions action.yml
  "$VENV/bin/check-jsonschema" --builtin-schema vendor.dependabot .github/dependabot.yml
  sed 's/files: examples/fils: examples/' .github/workflows/release.yml > .github/workflows/wrong.yml
  fails 'input "fils" is not defined in action "gammactl"' actionlint -color=false .github/workflows/wrong.yml
}

test_workflows_pin_actions_and_give_no_rights_to_all_jobs() {
  local wrong
  cd "$COPY/.github/workflows"
  wrong=$(grep -nE 'uses: [^.]' ./*.yml | grep -vE 'uses: [^@ ]+@[0-9a-f]{40} # v[0-9.]+$') || true
  equal "$wrong" ""
  grep -qx 'permissions: {}' release.yml
}

test_every_script_of_a_release_is_called() {
  local script
  cd "$COPY"
  for script in scripts/release/*; do
    script=${script##*/}
    git grep -qE "(release|scripts|root)(\"?/|/scripts/release/)$script\b|import ${script%.py}$" -- .github scripts docs ||
      { echo "nobody calls $script"; exit 1; }
  done
}

test_a_tag_is_released_only_if_all_fits() {
  local check="$COPY/scripts/release/check-tag" tag
  unset GITHUB_REPOSITORY GITHUB_SERVER_URL
  tag=v$(version)
  says "in order" "$check" "$tag"
  fails "the tag is v9.9.9, but Cargo.toml is of version $(version)" "$check" v9.9.9
  fails "the tag is $(version), but" "$check" "$(version)"
  fails "set-repository https://github.com/somebody/else" env GITHUB_REPOSITORY=somebody/else "$check" "$tag"
  repository=$(repository)
  says "in order" env GITHUB_REPOSITORY="${repository#https://github.com/}" "$check" "$tag"
  cp -R "$COPY" copy
  sed -i "s/^## \[$(version)\].*/## [Unreleased]/" copy/CHANGELOG.md
  fails "CHANGELOG.md has nothing below \`## [$(version)]\`" copy/scripts/release/check-tag "$tag"
  fails "CHANGELOG.md has nothing below \`## [$(version)]\`" copy/scripts/release/notes "$WORK/images/images.txt"
  # A heading alone says nothing.
  printf '\n## [%s] - 2026-01-01\n\n## [0.0.1] - 2025-01-01\n\n- Old.\n' "$(version)" > copy/CHANGELOG.md
  fails "CHANGELOG.md has nothing" copy/scripts/release/check-tag "$tag"
}

test_the_notes_are_the_changes_and_end_with_the_pinned_url() {
  local url last
  cp -R "$COPY" copy
  printf '# Changelog\n\n## [Unreleased]\n\n- Not yet.\n\n## [%s] - 2026-01-01\n\n### Added\n\n- `This`.\n\n\n## [0.0.1] - 2025-01-01\n\n- Old.\n' \
    "$(version)" > copy/CHANGELOG.md
  copy/scripts/release/notes "$WORK/images/images.txt" > notes.md
  equal "$(head -n 5 notes.md)" $'### Added\n\n- `This`.\n\n## Install'
  if grep -e 'Old' -e 'Not yet' notes.md; then exit 1; fi
  url=$(grep ^oci:// "$WORK/images/images.txt")
  last=$(tail -n 1 "$NOTES")
  equal "${last#    }" "$url"
  # A WasmPlugin wants it so.
  "$GAMMACTL" istio -f "$SOURCES/examples/shop" --offline --image "$url" > istio.yaml
  grep -qE "^ *url: \"?$url\"?$" istio.yaml
  grep -v ^oci:// "$WORK/images/images.txt" > images.txt
  fails "has no line oci://" "$COPY/scripts/release/notes" images.txt
  sed 's/@sha256:.*/:0.1.0/' "$WORK/images/images.txt" > images.txt
  fails "has no line oci://" "$COPY/scripts/release/notes" images.txt
  sed '2s/@sha256:.*/:0.1.0/' "$WORK/images/images.txt" > images.txt
  fails "has a line without a digest" "$COPY/scripts/release/notes" images.txt
}

# `make push` prints what docs/docker.md shows, which the tests with an engine compare.
test_what_is_pushed_is_found_in_what_make_prints() {
  local registry digest
  digest=$(printf '%064d' 7)
  mkdir bin
  sed -n '/^\$ make image$/,/^```$/p; /^\$ make push/,/^```$/p' "$SOURCES/docs/docker.md" | grep sha256: |
    sed "s/sha256:…/sha256:$digest/" > printed
  expect "the page shows images" [ "$(wc -l < printed)" -ge 9 ]
  registry=$(sed -n 's|^oci://\(.*\)/gamma-filter@.*|\1|p' printed)
  printf '#!/bin/sh\n[ "$3 $4" = "push REGISTRY=%s" ] && cat %s\n' "$registry" "$PWD/printed" > bin/make
  chmod +x bin/make
  PATH="$PWD/bin:$PATH" "$COPY/scripts/release/images" "$registry" images.txt
  equal "$(sed 's/.*@/@/' images.txt | sort | uniq -c | tr -d ' ')" "4@sha256:$digest"
  "$COPY/scripts/release/plan" images images.txt > planned
  equal "$(sed 's/^images=//' planned | jq -c '.[0]')" "{\"name\":\"$registry/gamma-filter\",\"digest\":\"sha256:$digest\",\"sbom\":\"gamma-filter.cdx.json\"}"
  # Each has an SBOM.
  while read -r file; do expect "$file" [ -s "$RELEASE/$file" ]; done < <(sed 's/^images=//' planned | jq -r '.[].sbom')
  equal "$(sed 's/^images=//' planned | jq length)" 4
  fails "has no image with a digest" "$COPY/scripts/release/plan" images /dev/null
}

test_the_plan_is_json_of_all_targets() {
  "$COPY/scripts/release/plan" targets > planned
  equal "$(sed -n 's/^targets=//p' planned | jq -r '.[] | .target + " " + .runner')" "$(targets | awk '{ print $1, $4 }')"
  grep -qx "version=$(version)" planned
  grep -qxF "registry=$(registry "$(repository)")" planned
  # Each line says all that there is to say.
  equal "$(targets | awk '{ print NF }' | sort -u)" 6
}

test_a_release_is_published_with_all_its_files() {
  mkdir bin
  # shellcheck disable=SC2016
  printf '#!/bin/sh\nfor word; do echo "$word"; done > %s/called\n' "$PWD" > bin/gh
  chmod +x bin/gh
  PATH="$PWD/bin:$PATH"
  "$COPY/scripts/release/publish" "$RELEASE" "$NOTES"
  equal "$(head -n 7 called | tr '\n' ' ')" "release create v$(version) --verify-tag --title v$(version) --notes-file "
  equal "$(grep -cF "$RELEASE/" called)" "$(find "$RELEASE" -type f | wc -l)"
  if grep -q -e --prerelease called; then exit 1; fi
  cp -R "$COPY" copy
  sed -i "s/^version = \"$(version)\"/version = \"1.0.0-rc.1\"/" copy/Cargo.toml
  copy/scripts/release/publish "$RELEASE" "$NOTES"
  grep -qx -e --prerelease called
}

test_the_address_is_the_same_everywhere_and_can_be_changed() {
  local old path wrong
  old=$(repository)
  path=${old#https://github.com/}
  cd "$COPY"
  # Whoever owns it: no other address of it stands anywhere.
  wrong=$(git grep -hoE "https://github\.com/[A-Za-z0-9._-]+/${path#*/}\b" -- '*.md' '*.yml' '*.toml' | grep -vxF "$old") || true
  equal "$wrong" ""
  cp -R "$COPY" ../changed
  cd ../changed
  scripts/release/set-repository https://github.com/Some-Body/mesh-routes > changed
  equal "$(. scripts/release/lib.sh && repository && registry "$(repository)")" $'https://github.com/Some-Body/mesh-routes\nghcr.io/some-body'
  if git grep -nF "$(registry "$old")/"; then exit 1; fi
  if git grep -nwF "$path" | grep -v "$path-"; then exit 1; fi
  # Nothing but addresses.
  equal "$(git diff -U0 | grep '^+[^+]' | grep -vcE 'Some-Body/mesh-routes|ghcr\.io/some-body/')" 0
  grep -qF 'uses: Some-Body/mesh-routes@v' examples/ci/github-actions.yml
  fails "is no address" scripts/release/set-repository Some-Body/mesh-routes
}
