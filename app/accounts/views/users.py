"""用户管理: the list of accounts, adding, the fresh code, editing (M11, M12, U13, U14)."""

from __future__ import annotations

from itertools import count

from flask import make_response, url_for
from flask_appbuilder import expose
from flask_babel import format_datetime, gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import SelectField

from app.access.permissions import Permission
from app.accounts import queries, services
from app.accounts.forms import NewUserBySearchForm, NewUserForm, UserForm
from app.accounts.rules import PERSONAL, Contact, NameKind, NewAccount, NewGrant
from app.accounts.views.account_state import detail_of
from app.accounts.views.fresh_code import forgetting_code, opened_code, with_code
from app.accounts.views.labels import STATES, WAITING, role_word, role_words
from app.accounts.workflow import AccountState
from app.codes.rules import Issued
from app.core.errors import Invalid, NotFound
from app.core.idempotency import Answer
from app.lists.listing import Batch, Column, Field, Listing, ListScreen, Tool
from app.orgs import queries as orgs
from app.web.acts import done, submitted
from app.web.request import actor, backstage, reading
from app.web.screens import needs, text_argument

DAY = "yyyy-MM-dd HH:mm"
AT_CLASS_SETS = "class_set_admin"
LISTING = Listing(
    name="users",
    title=_l("Users"),
    columns=(
        Column("number", _l("No."), kind="number"),
        Column("name", _l("Full name"), role="title"),
        Column("user_name", _l("User name")),
        Column("place", _l("Organisation")),
        Column("department", _l("Department")),
        Column("role", _l("Role"), is_usual=False),
        Column("mobile", _l("Mobile number"), kind="number"),
        Column("state", _l("State"), kind="tag", role="tag"),
        Column("access", _l("First access"), is_usual=False),
        Column("seen", _l("Last sign-in"), is_usual=False),
        Column("created", _l("Created"), kind="number"),
    ),
    fields=(
        Field("name", _l("Full name")),
        Field("user_name", _l("User name")),
        Field("state", _l("State"), options=(*STATES.items(), *WAITING.items())),
    ),
    tools=(Tool(_l("New user"), "AccountView.add", Permission.ACCOUNT_CREATE),),
    batch=(Batch(_l("Activation sheets"), "SheetView.new", Permission.ACCOUNT_RESET),),
)


class AccountView(ListScreen):
    """Accounts within the own reach."""

    route_base = "/users"
    default_view = "list"
    listing = LISTING

    @expose("/")
    @needs(Permission.ACCOUNT_READ)
    def list(self) -> str:
        """The accounts of the own places that stand at no higher level."""
        query, asked = self.listing.query(), self.asked()
        wanted = queries.Asked(**query)
        total = queries.count(reading(), actor(), wanted)
        lines = queries.page(reading(), actor(), wanted, spot=asked.spot, keyring=backstage().keyring)
        numbers = count(asked.offset + 1)
        return self.show(lines.each(lambda line: _row(line, next(numbers))), total, asked, query)

    @expose("/new", methods=["GET", "POST"])
    @needs(Permission.ACCOUNT_CREATE)
    def add(self) -> Response | tuple[str, int]:
        """Make an account; its activation code is shown once, on the next page."""
        form = _new_form()
        issued: dict[int, Issued] = {}
        if answered := submitted(form, lambda session: _create(session, form, issued)):
            return with_code(answered, issued)
        return self.form_page(
            form,
            "accounts/new_user.html",
            title=gettext("New user"),
            submit=gettext("Add and show the activation code"),
            back=url_for("AccountView.list"),
            crumbs=[{"label": LISTING.title, "href": url_for("AccountView.list")}],
        )

    @expose("/places")
    @needs(Permission.ACCOUNT_CREATE)
    def places(self) -> str:
        """The places that match what is being typed, as options."""
        typed = text_argument("place")
        found = queries.find_places(reading(), actor(), Permission.ACCOUNT_CREATE, query=typed) if typed else []
        return self.page("accounts/options.html", options=[(place.code, place.full_name) for place in found])

    @expose("/<int:account_id>/code")
    @needs(Permission.ACCOUNT_READ)
    def code(self, account_id: int) -> Response:
        """Show a fresh activation code, once: what is shown is forgotten with this answer."""
        found = detail_of(Permission.ACCOUNT_READ, account_id)
        shown = opened_code(account_id)
        page = self.page(
            "accounts/code.html",
            title=gettext("Activation code"),
            line=found.line,
            code=shown[0] if shown else None,
            expires=shown[1] if shown else None,
            activate_url=url_for("ActivationView.code", _external=True),
            crumbs=[{"label": LISTING.title, "href": url_for("AccountView.list")}],
        )
        return forgetting_code(make_response(page), account_id)

    @expose("/<int:account_id>/edit", methods=["GET", "POST"])
    @needs(Permission.ACCOUNT_UPDATE)
    def edit(self, account_id: int) -> Response | tuple[str, int]:
        """Change name, department and contact."""
        found = detail_of(Permission.ACCOUNT_UPDATE, account_id)
        form = _edit_form(found)
        if answered := submitted(form, lambda session: _edit(session, form, account_id)):
            return answered
        return self.form_page(
            form,
            title=gettext("Edit %(name)s", name=found.line.name),
            subtitle=f"{found.line.user_name} · {found.line.place}",
            back=url_for("AccountView.list"),
        )


def _new_form() -> NewUserForm:
    """The form with a select of places where there are at most 200, else with a search field."""
    places = queries.place_choices(reading(), actor(), Permission.ACCOUNT_CREATE)
    form = NewUserForm() if places is not None else NewUserBySearchForm()
    if places is not None and isinstance(form.place, SelectField):
        form.place.choices = [("", gettext("Please choose")), *((place.code, place.full_name) for place in places)]
    else:
        form.place.render_kw = {
            "list": "places",
            "autocomplete": "off",
            "hx-get": url_for("AccountView.places"),
            "hx-trigger": "input changed delay:300ms",
            "hx-target": "#places",
        }
    roles = queries.grantable_roles(reading(), actor(), Permission.ACCOUNT_CREATE)
    offered = [(role.code, role_word(role)) for role in roles if role.code not in PERSONAL | {AT_CLASS_SETS}]
    form.role.choices = [("", gettext("Please choose")), *offered]
    departments = queries.departments_for(reading(), actor())
    form.department.choices = [("", "—"), *((str(id_), name) for id_, name in departments)]
    return form


def _edit_form(found: queries.Detail) -> UserForm:
    department = str(found.department_id or "")
    form = UserForm(
        data={
            "name": found.line.name,
            "department": department,
            "email": found.email,
            "version": found.line.version,
        },
    )
    departments = queries.departments_for(reading(), actor(), home_path=found.home_path)
    form.department.choices = [("", "—"), *((str(id_), name) for id_, name in departments)]
    on_file = found.line.mobile or gettext("none")
    form.mobile.description = gettext("On file: %(mobile)s. Leave this empty to keep it.", mobile=on_file)
    form.mobile_reason.description = (
        gettext("This account signs in with its mobile number.")
        if found.has_mobile_name
        else gettext("For example: showed the phone at the counter. Leave it empty, and the number is contact only")
    )
    return form


def _number(field: str | None) -> int | None:
    return int(field) if field and field.isascii() and field.isdigit() else None


def _create(session: Session, form: NewUserForm, issued: dict[int, Issued]) -> Answer:
    typed = (form.place.data or "").split()
    try:
        home = orgs.find(session, actor(), Permission.ACCOUNT_CREATE, code=typed[0] if typed else "")
    except NotFound as missing:
        raise Invalid({"place": "place_unknown"}) from missing
    new = NewAccount(
        name=form.name.data or "",
        home_code=home.code,
        user_name=(form.user_name.data or "").strip(),
        grants=(NewGrant(form.role.data, node_code=home.code),),
        kind=NameKind.UNIT_NUMBER if form.kind.data == NameKind.UNIT_NUMBER else NameKind.USER_NAME,
        department_id=_number(form.department.data),
        mobile=form.mobile.data or "",
        mobile_reason=(form.mobile_reason.data or "").strip(),
    )
    account_id, code = services.open_account(session, actor(), new, keyring=backstage().keyring)
    issued[account_id] = code
    return done(url_for("AccountView.code", account_id=account_id), "account_created")


def _edit(session: Session, form: UserForm, account_id: int) -> Answer:
    new = Contact(
        name=form.name.data or "",
        department_id=_number(form.department.data),
        email=form.email.data or "",
        mobile=form.mobile.data or "",
        drop_mobile=bool(form.drop_mobile.data),
        mobile_reason=(form.mobile_reason.data or "").strip(),
    )
    version, keyring = form.known_version(), backstage().keyring
    services.edit(session, actor(), account_id=account_id, version=version, new=new, keyring=keyring)
    return done(url_for("AccountView.list"), "saved")


def _row(line: queries.Line, number: int) -> dict[str, object]:
    return {
        **vars(line),
        "number": number,
        "role": role_words(line.roles),
        "state_label": STATES[line.state],
        "access": gettext("Done") if line.is_activated else gettext("Not yet"),
        "seen": format_datetime(line.last_sign_in_at, DAY) if line.last_sign_in_at else "",
        "created": format_datetime(line.created_at, "yyyy-MM-dd"),
        "ops": _ops(line),
    }


def _ops(line: queries.Line) -> list[dict[str, str]]:
    """What can be done with an account in its state, for who holds the permission; nothing with the own."""
    if line.id == actor().user_id or line.state == AccountState.DEREGISTERED:
        return []
    is_active = line.state == AccountState.ACTIVE
    offered: list[tuple[bool, Permission, str, str]] = [
        (True, Permission.ACCOUNT_UPDATE, gettext("Edit"), "AccountView.edit"),
        (is_active, Permission.ACCOUNT_RESET, gettext("Reset password"), "AccountStateView.reset"),
        (is_active, Permission.ACCOUNT_DISABLE, gettext("Disable"), "AccountStateView.disable"),
        (not is_active, Permission.ACCOUNT_DISABLE, gettext("Enable"), "AccountStateView.enable"),
        (True, Permission.ACCOUNT_GRANT, gettext("Grant roles"), "GrantView.tree"),
        (True, Permission.ACCOUNT_DEREGISTER, gettext("Deregister"), "AccountStateView.deregister"),
    ]
    return [
        {"label": label, "href": url_for(endpoint, account_id=line.id)}
        for is_now, permission, label, endpoint in offered
        if is_now and actor().holds(permission)
    ]
