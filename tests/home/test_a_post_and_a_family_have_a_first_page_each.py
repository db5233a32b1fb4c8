"""A teacher with a child at the school changes between the post's first page and the family's; they never merge."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.accounts.rules import NewAccount, NewGrant
from app.accounts.services import create
from app.core.crypto import Keyring
from app.core.db import Database
from app.factory import create_app
from config import Settings
from tests.make.places import A, B
from tests.make.visits import HOST, browser, open_session
from tests.site import Visit
from tests.world import KEYRING, World

pytestmark = pytest.mark.committed


@pytest.fixture(autouse=True)
def _keys_of_the_cast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the application open what the cast sealed."""
    monkeypatch.setattr(Keyring, "at", classmethod(lambda _cls, _folder: KEYRING))


@pytest.fixture(name="both")
def _both(database: Database, world: World, tmp_path: Path) -> Callable[[str], str]:
    """The pages of a homeroom teacher of school A whose own child is a pupil there."""
    child, home = world.of(A)[5], world.of(A)[0].class_code
    grants = NewGrant("class_teacher", node_code=home), NewGrant("guardian", person_id=child.person_id)

    def hire(session: object) -> int:
        bind(session, SYSTEM)  # type: ignore[arg-type]
        new = NewAccount(name="王老师", home_code=home, user_name="teacher_and_parent", grants=grants)
        return create(session, SYSTEM, new)  # type: ignore[arg-type]

    app = create_app(Settings.from_env({"XUEBAO_DATA": str(tmp_path / "data")}), database)
    client = browser(app, open_session(database, database.transaction(hire)), language="en")
    return lambda path: client.get(path, base_url=HOST).get_data(as_text=True)


def test_the_post_comes_first_and_the_family_one_click_away(both: Callable[[str], str], world: World) -> None:
    post = both("/")
    assert "Insured rate" in post
    assert 'href="/?as=family"' in post
    family = both("/?as=family")
    child = world.of(A)[5]
    assert child.name in family
    assert "Insured rate" not in family
    others = [pupil.name for pupil in (*world.of(A), *world.of(B)) if pupil.name != child.name]
    assert not [name for name in others if name in family]


@pytest.mark.parametrize(("role", "says"), [("class_teacher", "Insured rate"), ("guardian", "My insurance")])
def test_who_is_only_one_is_not_asked(visit: Callable[..., Visit], role: str, says: str) -> None:
    for path in ("/", "/?as=family", "/?as=nonsense"):
        page = visit(role).get(path).get_data(as_text=True)
        assert says in page
        assert "as=family" not in page
