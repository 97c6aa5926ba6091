#!/usr/bin/env python3
"""archive.py FOLDER ARCHIVE: packs a folder, under its own name, as .tar.gz or .zip.

The same files and the same SOURCE_DATE_EPOCH give the same bytes: names are sorted, all belongs to nobody, and what may
be executed is all that is left of permissions.
"""

import gzip
import io
import os
import pathlib
import sys
import tarfile
import time
import zipfile


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def mode(path):
    return 0o755 if os.access(path, os.X_OK) else 0o644


def write_tar_gz(folder, archive, epoch):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in files(folder):
            entry = tarfile.TarInfo(path.relative_to(folder.parent).as_posix())
            entry.size, entry.mode, entry.mtime = path.stat().st_size, mode(path), epoch
            with path.open("rb") as content:
                tar.addfile(entry, content)
    with archive.open("wb") as out, gzip.GzipFile("", "wb", 9, out, mtime=0) as compressed:
        compressed.write(packed.getvalue())


def write_zip(entries, archive, epoch):
    """`entries` are names, contents and modes, in order."""
    # A zip knows no time before 1980, and no zone.
    at = max(time.gmtime(epoch)[:6], (1980, 1, 1, 0, 0, 0))
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for name, content, permissions in entries:
            entry = zipfile.ZipInfo(name, at)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever this runs.
            entry.external_attr = (0o100000 | permissions) << 16
            out.writestr(entry, content)


def main(folder, archive):
    folder, archive = pathlib.Path(folder).resolve(), pathlib.Path(archive)
    epoch = int(os.environ["SOURCE_DATE_EPOCH"])
    if archive.name.endswith(".tar.gz"):
        write_tar_gz(folder, archive, epoch)
    elif archive.name.endswith(".zip"):
        names = ((path.relative_to(folder.parent).as_posix(), path) for path in files(folder))
        write_zip(((name, path.read_bytes(), mode(path)) for name, path in names), archive, epoch)
    else:
        sys.exit(f"error: {archive} is neither .tar.gz nor .zip")


if __name__ == "__main__":
    main(*sys.argv[1:])
