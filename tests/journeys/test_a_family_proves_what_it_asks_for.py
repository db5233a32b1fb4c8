"""On a phone: not to enrol, with declaration and photo; a locked field, with a photo. The counsellor approves."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import FilePayload
from sqlalchemy import text

from tests.evidence.samples import HEIC, exif
from tests.journeys.site import Site
from tests.journeys.test_an_application_goes_from_phone_to_review import UNDECIDED
from tests.journeys.visit import DESK, PHONE, Visit, Visiting

PAINTED = """() => {
  const canvas = document.createElement("canvas");
  canvas.width = 400; canvas.height = 300;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#2d6f4e"; pen.fillRect(20, 20, 360, 260);
  return canvas.toDataURL("image/jpeg", 0.8).split(",")[1];
}"""
SIZE = "image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])"
OPENED = (
    "SELECT count(*) FROM audit WHERE act = 'evidence:open' AND subject = :subject"
    " AND subject_ids @> to_jsonb(CAST(:id AS bigint))"
)


@pytest.fixture
def application(site: Site) -> int:
    """The row of the demo's student, whom nobody has decided about yet."""
    with site.database.engine.begin() as connection:
        return int(connection.execute(text(UNDECIDED), {"name": site.accounts["student"].username}).scalar_one())


def photo(visit: Visit) -> bytes:
    """A real JPEG as a phone held upright makes it: the picture lies, the camera's notes say so and say where."""
    plain = base64.b64decode(visit.page.evaluate(PAINTED))
    return plain[:2] + exif(6, more=b"GPS 28.68N 115.89E") + plain[2:]


def choose(visit: Visit, name: str, data: bytes) -> None:
    """Choose a file and wait until the page says what became of it."""
    field = visit.page.get_by_label("照片或PDF")
    with visit.page.expect_response("**/evidence/drafts"):
        field.set_input_files(FilePayload(name=name, mimeType="image/jpeg", buffer=data))
    visit.page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-settling, .htmx-swapping')")
    visit.look()


def opened(site: Site, subject: str, number: int) -> int:
    """How often files of a record have been opened."""
    with site.database.engine.connect() as connection:
        return int(connection.execute(text(OPENED), {"subject": subject, "id": number}).scalar_one())


def unfold(desk: Visit, name: str) -> list[int]:
    """Unfold a picture and say how large it is when it is shown."""
    desk.page.get_by_text(name).first.click()
    picture = desk.page.get_by_role("img", name=name)
    picture.wait_for()
    size: list[int] = picture.evaluate(SIZE)
    desk.look()
    return size


def press(visit: Visit, button: str, *, refused: tuple[int, ...] = ()) -> None:
    """Press a button of the page's own form."""
    visit.click(visit.page.get_by_role("main").get_by_role("button", name=button, exact=True), refused=refused)


def test_not_to_enrol_with_a_declaration_and_a_photo(application: int, visiting: Visiting, site: Site) -> None:
    phone, desk = visiting("student", size=PHONE), visiting("counsellor", size=DESK)
    phone.go(f"/my/insurance/{application}")
    assert not phone.page.get_by_label("照片或PDF").is_visible()
    phone.page.get_by_text("不参保", exact=True).click()
    phone.page.get_by_label("不参保原因").select_option("employee")
    choose(phone, "IMG_1.HEIC", HEIC)
    assert "IMG_1.HEIC是HEIC照片" in phone.words()
    choose(phone, "职工医保.jpg", photo(phone))
    assert "IMG_1.HEIC" not in phone.words()
    press(phone, "提交", refused=(422,))
    assert "请阅读后勾选" in phone.words()
    assert "职工医保.jpg" in phone.words()
    assert phone.page.get_by_label("不参保原因").input_value() == "employee"
    phone.page.get_by_label("我已阅读并作出以上声明").check()
    press(phone, "提交")
    assert "职工医保.jpg" in phone.words()
    desk.go(f"/applications/{application}")
    assert "不参保声明" in desk.words()
    assert opened(site, "enrolment", application) == 0
    assert unfold(desk, "职工医保.jpg") == [300, 400]
    assert opened(site, "enrolment", application) == 1
    press(desk, "审核通过")
    phone.go(f"/my/insurance/{application}")
    assert "弃保" in phone.words()


def test_a_locked_field_is_asked_for_with_a_photo(visiting: Visiting, site: Site) -> None:
    phone, desk = visiting("student", size=PHONE), visiting("counsellor", size=DESK)
    phone.go("/my/profile/")
    phone.click(phone.page.get_by_role("main").get_by_role("link", name="申请修改"))
    phone.page.get_by_label("拟毕业时间").fill("2031-06-30")
    choose(phone, "录取通知书.jpg", photo(phone))
    press(phone, "提交申请", refused=(422,))
    assert "录取通知书.jpg" in phone.words()
    phone.page.get_by_label("原因").fill("学制五年")
    press(phone, "提交申请")
    here = phone.path()
    number = int(here.rsplit("/", 1)[1])
    desk.go(here)
    assert "2031-06-30" in desk.words()
    assert unfold(desk, "录取通知书.jpg") == [300, 400]
    assert opened(site, "change_request", number) == 1
    press(desk, "审核通过")
    phone.go(here)
    assert "审核通过" in phone.words()
