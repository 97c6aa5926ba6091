"""binstall.py ROOT TARGET OS: the address that `cargo binstall` downloads, and the path in there."""

import pathlib
import re
import sys
import tomllib

root, target, system = pathlib.Path(sys.argv[1]), *sys.argv[2:]
workspace = tomllib.loads((root / "Cargo.toml").read_text())["workspace"]["package"]
package = tomllib.loads((root / "gammactl/cli/Cargo.toml").read_text())["package"]
binstall = package["metadata"]["binstall"]
overrides = binstall.pop("overrides", {})
binstall |= overrides.get(target, {})
values = {
    "repo": workspace["repository"],
    "version": workspace["version"],
    "name": package["name"],
    "bin": package["name"],
    "target": target,
    "binary-ext": ".exe" if system == "windows" else "",
}
end = {"tgz": ".tar.gz", "zip": ".zip"}[binstall["pkg-fmt"]]
assert binstall["pkg-url"].endswith(end), binstall
for template in (binstall["pkg-url"], binstall["bin-dir"]):
    print(re.sub(r"\{ ([a-z-]+) \}", lambda found: values[found[1]], template))
