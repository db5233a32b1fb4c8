"""Nothing in the project names the machine it was written on or the place packages came from."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.promises.source import ROOT, tracked

LOCKS = ("requirements.lock", "requirements-dev.lock")
# Written in two halves, so that this file does not name what it forbids.
MACHINE_PATHS = re.compile(r"(?<![\w.{}])/(?:ro" + "ot|wo" + "rk|ho" + "me|Us" + r"ers)/\w")
REGISTRIES = re.compile(
    "|".join(
        ["pypi" + r"\.", "python" + "hosted", "npm" + "js", "index" + "-url", "extra" + "-index", "trusted" + "-host"]
    ),
)
VENDORED = ("app/web/static/vendor/", "tests/vendor/")
MAY_SAY = {
    "scripts/lock": "forbids an address in the lock by the very name of the option",
}


def _lines() -> Iterator[tuple[str, int, str]]:
    for path in tracked():
        raw = (ROOT / path).read_bytes()
        if b"\0" in raw or path.startswith(VENDORED):
            continue
        for number, line in enumerate(raw.decode("utf-8").splitlines(), 1):
            yield path, number, line


def test_no_file_names_a_path_of_one_machine() -> None:
    assert not [f"{path}:{number}" for path, number, line in _lines() if MACHINE_PATHS.search(line)]


def test_no_file_names_a_package_registry() -> None:
    found = [(path, number) for path, number, line in _lines() if REGISTRIES.search(line.lower())]
    assert not [f"{path}:{number}" for path, number in found if path not in MAY_SAY]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_locked_by_hash_and_without_an_address(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    joined = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE))
    requirements = [line for line in joined.splitlines() if line.strip()]
    assert requirements
    for line in requirements:
        assert re.match(r"[a-z0-9.\-]+==[^\s=]+\s+(; [^-]+)?--hash=sha256:[0-9a-f]{64}", line), line
        assert "://" not in line
