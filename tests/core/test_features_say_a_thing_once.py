"""What features plug in under one name is refused when the program starts, not won silently by the later one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app import factory, features
from app.core.db import Database
from app.core.feature import Job, each_once
from app.core.queue import JobRun
from app.core.worker import Worker
from app.features import FEATURES
from app.web.errors import SENTENCES
from config import Settings

PLUGGED = next(feature for feature in FEATURES if feature.words)


def test_things_are_found_by_their_names() -> None:
    assert each_once([("a", 1), ("b", 2)]) == {"a": 1, "b": 2}


def test_two_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="reason_length"):
        each_once([("reason_length", "short"), ("other", ""), ("reason_length", "long")])


def test_the_site_does_not_start_when_two_features_explain_one_field(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, words = next(iter(PLUGGED.words.items()))
    stranger = replace(FEATURES[-1], words={key: words})
    monkeypatch.setattr(factory, "FEATURES", (*FEATURES[:-1], stranger))
    with pytest.raises(ValueError, match=key):
        factory.create_app(Settings.from_env({"XUEBAO_DATA": str(tmp_path)}), database)


def test_the_site_does_not_start_when_a_feature_says_what_every_page_says(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = next(iter(SENTENCES))
    monkeypatch.setattr(factory, "SENTENCES", {**features.SENTENCES, code: "otherwise"})
    with pytest.raises(ValueError, match=code):
        factory.create_app(Settings.from_env({"XUEBAO_DATA": str(tmp_path)}), database)


def test_a_worker_does_not_start_with_two_kinds_of_work_of_one_name(database: Database) -> None:
    jobs = [Job("same", JobRun.safe_point), Job("same", JobRun.safe_point)]
    with pytest.raises(ValueError, match="same"):
        Worker(database, jobs)
