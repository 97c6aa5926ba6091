#!/usr/bin/env python3
"""wheel.py VERSION TARGET PROGRAM OUT: a wheel with gammactl in it, so that `pip install gammactl` puts it on the PATH.

There is no Python in it: the wheel suits any version of Python on the platform that scripts/release/targets names.
"""

import base64
import hashlib
import os
import pathlib
import re
import sys

import archive

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def platform(target):
    for line in (ROOT / "scripts/release/targets").read_text().splitlines():
        words = line.split()
        if words[0] == target:
            return words[5]
    sys.exit(f"error: scripts/release/targets does not have {target}")


def python_version(version):
    """A version of Cargo, as PEP 440 writes it: 0.2.0-rc.1 is 0.2.0rc1."""
    found = re.fullmatch(r"(\d+\.\d+\.\d+)(?:-(alpha|beta|rc)\.(\d+))?", version)
    if not found:
        sys.exit(f"error: {version} is no version that Python knows: X.Y.Z, or X.Y.Z-rc.N, -beta.N or -alpha.N")
    number, stage, count = found.groups()
    return number + ({"alpha": "a", "beta": "b", "rc": "rc"}[stage] + count if stage else "")


def workspace(key):
    return re.search(rf'^{key} = "(.*)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]


def metadata(version):
    summary = re.search(r'^description = "(.*)"$', (ROOT / "gammactl/cli/Cargo.toml").read_text(), re.MULTILINE)[1]
    repository = workspace("repository")
    return f"""\
Metadata-Version: 2.4
Name: gammactl
Version: {version}
Summary: {summary}
License-Expression: {workspace("license")}
License-File: LICENSE
Project-URL: Repository, {repository}
Project-URL: Changelog, {repository}/blob/main/CHANGELOG.md
Requires-Python: >=3.7
Description-Content-Type: text/markdown

The program `gammactl` of [Gamma]({repository}): it checks, explains, diffs, tests and compiles Gateway API routes that
are attached to Services, offline.
"""


def record(name, content):
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(content)}\n"


def main(version, target, program, out):
    program, version = pathlib.Path(program), python_version(version)
    tags = platform(target)
    info, data = f"gammactl-{version}.dist-info", f"gammactl-{version}.data"
    each_tag = "".join(f"Tag: py3-none-{tag}\n" for tag in tags.split("."))
    entries = [
        (f"{data}/scripts/{program.name}", program.read_bytes(), 0o755),
        (f"{info}/METADATA", metadata(version).encode(), 0o644),
        (f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: gamma\nRoot-Is-Purelib: false\n{each_tag}".encode(), 0o644),
        (f"{info}/licenses/LICENSE", (ROOT / "LICENSE").read_bytes(), 0o644),
    ]
    lines = "".join(record(name, content) for name, content, _ in entries) + f"{info}/RECORD,,\n"
    entries.append((f"{info}/RECORD", lines.encode(), 0o644))
    wheel = pathlib.Path(out) / f"gammactl-{version}-py3-none-{tags}.whl"
    archive.write_zip(entries, wheel, int(os.environ["SOURCE_DATE_EPOCH"]))
    print(wheel)


if __name__ == "__main__":
    main(*sys.argv[1:])
