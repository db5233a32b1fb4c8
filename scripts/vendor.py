"""Fetch the browser files the product ships, check them, and write down what they are.

`scripts/vendor.py` compares what is committed with the manifests and needs no network; `scripts/vendor.py --fetch`
packs the exact releases named in vendor.json (this needs npm), checks their digests and copies the named files.
Run it with the project's Python. Exits 1 with one line for each file that is not what it should be.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TypedDict

ROOT = Path(__file__).resolve().parent.parent
SPEC = Path(__file__).with_name("vendor.json")


class Package(TypedDict):
    """One release: its version, licence, digest of the whole package, and which of its files go where."""

    version: str
    licence: str
    integrity: str
    files: dict[str, str]


Entry = TypedDict("Entry", {"from": str, "licence": str, "bytes": int, "sri": str})
"""What the manifest says of one file: where it comes from, its licence, its size in bytes, its digest."""


def digest(kind: str, data: bytes) -> str:
    """Return the digest of the data in the form browsers read, `sha384-…`."""
    return f"{kind}-{base64.b64encode(hashlib.new(kind, data).digest()).decode()}"


def fetch(name: str, package: Package) -> dict[str, bytes]:
    """Return the wanted files of one release by their place here; ValueError if it is not the known one."""
    npm = shutil.which("npm")
    if npm is None:
        raise ValueError("npm is needed to fetch, and is not installed")
    with tempfile.TemporaryDirectory() as folder:
        wanted = f"{name}@{package['version']}"
        subprocess.run([npm, "pack", wanted, "--pack-destination", folder], check=True, capture_output=True)  # noqa: S603 - names from our own vendor.json
        packed = next(Path(folder).glob("*.tgz"))
        found = digest("sha512", packed.read_bytes())
        if found != package["integrity"]:
            raise ValueError(f"{wanted} has the digest {found}, not the one in vendor.json")
        with tarfile.open(packed) as archive:
            return {place: read(archive, inner) for inner, place in package["files"].items()}


def read(archive: tarfile.TarFile, inner: str) -> bytes:
    """Return one file of a package, without the line that points browsers at a source map we do not ship."""
    stream = archive.extractfile(f"package/{inner}")
    if stream is None:
        raise ValueError(f"{inner} is not a file of the package")
    lines = stream.read().splitlines(keepends=True)
    return b"".join(line for line in lines if b"sourceMappingURL=" not in line)


def entry(name: str, package: Package, data: bytes) -> Entry:
    """Return what the manifest says of one file."""
    source = f"{name}@{package['version']}"
    return {"from": source, "licence": package["licence"], "bytes": len(data), "sri": digest("sha384", data)}


def refresh(packages: dict[str, Package]) -> None:
    """Fetch every package and write its files and the manifest of each folder."""
    manifests: dict[Path, dict[str, Entry]] = {}
    for name, package in packages.items():
        for place, data in fetch(name, package).items():
            path = ROOT / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            manifests.setdefault(path.parent, {})[path.name] = entry(name, package, data)
    for folder, files in manifests.items():
        (folder / "manifest.json").write_text(json.dumps(files, indent=2) + "\n", encoding="utf-8")


def wrong(packages: dict[str, Package]) -> list[str]:
    """Return one line for each committed file that differs from its manifest or from vendor.json."""
    faults: list[str] = []
    for name, package in packages.items():
        for place in package["files"].values():
            path = ROOT / place
            files: dict[str, Entry] = json.loads((path.parent / "manifest.json").read_text(encoding="utf-8"))
            if not path.exists() or files.get(path.name) != entry(name, package, path.read_bytes()):
                faults.append(f"{place} is not {name} {package['version']} as its manifest describes it")
    return faults


def main(arguments: list[str]) -> int:
    """Fetch if asked, then compare; return the exit code."""
    packages: dict[str, Package] = json.loads(SPEC.read_text(encoding="utf-8"))
    if "--fetch" in arguments:
        refresh(packages)
    faults = wrong(packages)
    sys.stderr.write("".join(f"{fault}\n" for fault in faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
