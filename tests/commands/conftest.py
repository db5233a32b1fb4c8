"""The commands of `xuebao` on an installation in which the shared cast stands: its database and data folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli.main import main
from app.core.crypto import Keyring
from config import PROJECT_ROOT
from tests.stage import *  # noqa: F403  fixtures are found by their names
from tests.stage import Stage

NAMES = ("HOST", "PORT", "XUEBAO_ENV", "TRUSTED_HOSTS", "PROXY_HOPS", "WEB_WORKERS", "WEB_THREADS", "XUEBAO_DB_USER")


@dataclass(frozen=True)
class Installation:
    """Where the commands look, and how to call one: inside this process, or as an operator does."""

    environment: dict[str, str]

    def run(self, *words: str) -> Result:
        """Call a command inside this process."""
        return CliRunner(env={**dict.fromkeys(NAMES), **self.environment}).invoke(main, words)

    def answer(self, *words: str) -> Any:  # noqa: ANN401  whatever the command prints
        """The JSON a command prints, nothing else being on its standard output."""
        result = self.run(*words, "--json")
        assert (result.exit_code, result.stderr) == (0, "")
        return json.loads(result.stdout)

    def refusal(self, *words: str) -> str:
        """The one line a command ends with when it refuses, nothing being on its standard output."""
        result = self.run(*words)
        assert result.exit_code != 0
        assert result.stdout == ""
        assert result.stderr.count("\n") == 1
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result.stderr

    def process(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Call a command as a process of its own."""
        kept = {name: value for name, value in os.environ.items() if name not in NAMES}
        return subprocess.run(
            [sys.executable, "-m", "app.cli", *words],
            env={**kept, **self.environment},
            cwd=PROJECT_ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


@pytest.fixture(scope="session")
def installation(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation with the cast in its database; commands only look, so all tests share it."""
    folder: Path = tmp_path_factory.mktemp("installation")
    Keyring.at(folder)
    name = f"installed_{uuid.uuid4().hex}"
    url = stage.clone(name)
    yield Installation({"DATABASE_URL": url, "XUEBAO_DATA": str(folder)})
    stage.cluster.drop(name)
