"""`scripts/run` on a machine that lacks something: one line that says what."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.processes.started import ROOT, started

PYTHONS = ("python3", "python3.14", "python3.13", "python3.12", "python3.11", "python")
TOO_OLD = "#!/bin/sh\nexit 1\n"
WITHOUT_VENV = '#!/bin/sh\ncase "$2" in *version_info*) exit 0;; *) exit 1;; esac\n'


@pytest.mark.parametrize(
    ("python", "words"),
    [(TOO_OLD, "Python 3.11 or newer is needed"), (WITHOUT_VENV, "apt-get install python3-venv")],
)
def test_one_line_says_what_to_install(tmp_path: Path, python: str, words: str) -> None:
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "run", tmp_path / "scripts" / "run")
    (tmp_path / "bin").mkdir()
    for name in PYTHONS:
        (tmp_path / "bin" / name).write_text(python)
        (tmp_path / "bin" / name).chmod(0o755)
    environment = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    with started(str(tmp_path / "scripts" / "run"), environment=environment) as script:
        told = script.communicate()[0]
        assert script.returncode == 1
    assert told.startswith("scripts/run: ")
    assert words in told
    assert told.count("\n") == 1
