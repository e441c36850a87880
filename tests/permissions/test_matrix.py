"""Every address, for every role, with one's own object and another's: the answers stand in the tables beside.

A new address without a decision fails here. Decide who may open it, then write its row into `pages.py` or
`admin_pages.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.apps import apps

from tests.permissions import admin_pages, pages
from tests.permissions.addresses import Address, addresses
from tests.permissions.fields import may_read
from tests.permissions.roles import ENTERED, GROUPS, ROLES, Asked, Row
from tests.permissions.world import LANGUAGES, OBJECTS, QUERIES, World

pytestmark = pytest.mark.slow

MODEL_PAGE = re.compile(r"admin/(\w+)/(\w+)/(?:(add)/|<path:object_id>/(change|delete|history)/)?")
# Old addresses of a row, which lead to its page, and whatever else stands under /admin/: 404 after the login.
NOT_FOUND_IN_ADMIN = re.compile(r"admin/(\w+/\w+/<path:object_id>/|\(\?P<url>\.\*\)\$)")

# Who shares an agenda shares the name on it.
NAMED_BY_LINK = {
    "registration:shared_agenda",
    "registration_machine:agenda_feed",
    "registration_machine:check_certificate",  # and who has a certificate reads it there
}

ALL = addresses()
ROWS: dict[tuple[str, str], Row] = {(row.name, row.method): row for row in [*pages.PAGES, *admin_pages.PAGES]}


def right_for(address: Address) -> tuple[str, str, str] | None:
    """The model of one of the admin's own pages, and the letters of the right to see it and to send it."""
    page = MODEL_PAGE.fullmatch(address.route)
    if page is None or f"{page[1]}.{page[2]}" not in admin_pages.RIGHTS:
        return None
    see, send = {"add": "aa", "change": "vc", "delete": "dd", "history": "vv", None: "vv"}[page[3] or page[4]]
    return f"{page[1]}.{page[2]}", see, send


def is_decided(address: Address) -> bool:
    return (
        right_for(address) is not None
        or NOT_FOUND_IN_ADMIN.fullmatch(address.route) is not None
        or all((address.name, method) in ROWS for method in ("GET", "POST"))
    )


def expected_in(address: Address, method: str, role: str, *, is_own: bool) -> str:
    if decided := right_for(address):
        model, see, send = decided
        role = "desk" if role == ENTERED else role
        if role not in GROUPS:
            return "login"
        wanted = see if method == "GET" else send
        return "allowed" if wanted in admin_pages.RIGHTS[model][role] else "403"
    return ROWS[address.name, method].expected(role, is_own=is_own)


def objects_of(world: World, address: Address, role: str) -> list[tuple[bool, dict[str, object]]]:
    """What the address is filled with: with one's own and another's, or once where it is the same."""
    if not address.route.startswith("admin/"):
        own, other = (
            (world.values(address, role, is_own=is_own), world.body(address, role, is_own=is_own))
            for is_own in (True, False)
        )
        return [(True, own[0])] if own == other else [(True, own[0]), (False, other[0])]
    return [(True, {field: _admin_value(world, address, field) for field in address.fields})]


def _admin_value(world: World, address: Address, field: str) -> object:
    if field == "app_label":
        return "registration"
    if maker := OBJECTS.get((address.name, field)):
        return maker(world, "stranger", False)
    _admin, app, model, *_rest = address.route.split("/")
    return world.key_in_admin(apps.get_model(app, model)) if app != "r" else 1


@pytest.mark.parametrize("address", ALL, ids=[address.name for address in ALL])
def test_every_role_gets_the_answer_decided_for_it(
    world: World, ask: Callable[..., Asked], address: Address
) -> None:
    if not is_decided(address):
        pytest.fail(
            f"Nobody has decided who may open “{address.name}” ({address.route}): "
            "write its row into tests/permissions/pages.py or admin_pages.py."
        )
    if NOT_FOUND_IN_ADMIN.fullmatch(address.route):
        return
    expected, answered, leaks = {}, {}, []
    for number, role in enumerate(ROLES):
        language = LANGUAGES[number % len(LANGUAGES)]
        for is_own, values in objects_of(world, address, role):
            for method in ("GET", "POST"):
                case = f"{method} {role} {'own' if is_own else 'another’s'}"
                expected[case] = expected_in(address, method, role, is_own=is_own)
                body = world.body(address, role, is_own=is_own)
                path = address.path(values, language) + QUERIES.get(address.name, "")
                asked = ask(role, method, path, body)
                is_allowed = expected[case] == "allowed" and asked.answer in ("200", "302")
                answered[case] = "allowed" if is_allowed else asked.answer
                leaks += [
                    f"{case}: {what} of {whose}"
                    for what, whose in asked.told
                    if not may_read(role, what, whose)
                    and not (what == "name" and address.name in NAMED_BY_LINK)
                ]
    assert answered == expected
    assert leaks == []


def test_every_decision_is_about_an_address_that_there_is() -> None:
    names = {address.name for address in ALL}
    assert [row.name for row in ROWS.values() if row.name not in names] == []
    labels = {f"{page[1]}.{page[2]}" for page in map(MODEL_PAGE.fullmatch, (a.route for a in ALL)) if page}
    assert [label for label in admin_pages.RIGHTS if label not in labels] == []


def test_every_model_of_the_admin_has_a_row_here_to_open(world: World) -> None:
    assert [label for label in admin_pages.RIGHTS if not world.key_in_admin(apps.get_model(label))] == []
