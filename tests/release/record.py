"""record.py WHEEL: whether RECORD has all files of a wheel, with their sums, and the name has its tags."""

import base64
import csv
import hashlib
import io
import sys
import zipfile

wheel = zipfile.ZipFile(sys.argv[1])
names = wheel.namelist()
(record,) = (name for name in names if name.endswith(".dist-info/RECORD"))
rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(wheel.read(record).decode()))}
assert sorted(rows) == sorted(names), (sorted(rows), sorted(names))
for name, (sum_, size) in rows.items():
    if name != record:
        content = wheel.read(name)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        assert (sum_, size) == (f"sha256={digest}", str(len(content))), name
tags = [line[5:] for line in wheel.read(record.replace("RECORD", "WHEEL")).decode().splitlines() if line.startswith("Tag: ")]
platforms = sys.argv[1].removesuffix(".whl").rpartition("-py3-none-")[2].split(".")
assert tags == [f"py3-none-{platform}" for platform in platforms], tags
