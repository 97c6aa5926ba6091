"""sbom.py FILE...: whether each refers to nothing that is not there, and the last is what CycloneDX's own schema allows.

The schema takes ten seconds for hundreds of crates.
"""

import json
import pathlib
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

serials = []
for name in sys.argv[1:]:
    text = pathlib.Path(name).read_text()
    bom = json.loads(text)
    # What GitHub takes for CycloneDX.
    assert bom["bomFormat"] and bom["specVersion"] and bom["serialNumber"], name
    serials.append(bom["serialNumber"])
    known = {component["bom-ref"] for component in bom["components"]} | {bom["metadata"]["component"]["bom-ref"]}
    named = {ref for entry in bom["dependencies"] for ref in [entry["ref"], *entry.get("dependsOn", [])]}
    assert named <= known, f"{name}: {sorted(named - known)[:5]}"
    assert bom["metadata"]["component"]["version"], name
assert len(set(serials)) == len(serials), serials
error = JsonStrictValidator(SchemaVersion.V1_5).validate_str(text)
assert error is None, f"{sys.argv[-1]}: {error}"
