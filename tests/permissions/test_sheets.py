"""Every list of the admin as a spreadsheet: who may take it, that it holds what the list shows, and that no cell runs."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import DatabaseError, models, transaction
from django.test import Client
from django.urls import reverse

from efus_conference.admin_sheets import SpreadsheetAdmin
from tests import factories
from tests.permissions.admin_pages import RIGHTS
from tests.permissions.world import World

pytestmark = pytest.mark.slow

RUNS = ("=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1")
ADMINS = sorted(admin.site._registry.values(), key=lambda page: page.opts.label_lower)
BY_LABEL = {page.opts.label_lower: page for page in ADMINS}


def address(page: Any, name: str = "changelist") -> str:
    return reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_{name}")


def cells_of(content: bytes) -> list[list[Any]]:
    """The rows of the one sheet; formulas are read as such, and refused."""
    book = openpyxl.load_workbook(BytesIO(content))
    (sheet,) = book.worksheets
    assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def dangerous(rows: list[list[Any]]) -> list[Any]:
    return [
        cell for row in rows for cell in row if isinstance(cell, str) and cell.startswith(tuple("=+@\t\r"))
    ]


def written_into(model: type[models.Model]) -> int:
    """Puts what a spreadsheet program would run into every text of the model that takes it; how many took it."""
    taken = 0
    for field in model._meta.concrete_fields:
        if field.model._meta.concrete_model is not model._meta.concrete_model or field.choices:
            continue
        if not isinstance(field, models.CharField | models.TextField) or field.primary_key:
            continue
        text = RUNS[taken % len(RUNS)]
        try:
            field.run_validators(text)
        except ValidationError:  # no form lets it in: an address, a time zone
            continue
        length = field.max_length or 100
        try:
            with transaction.atomic():
                for number, row in enumerate(model._default_manager.order_by("pk")[:3]):
                    marked = f"{text}{number}" if field.unique else text
                    model._default_manager.filter(pk=row.pk).update(**{field.attname: marked[:length]})
        except DatabaseError:  # a check, a trigger, or what is never changed
            continue
        taken += 1
    return taken


@pytest.fixture(autouse=True)
def _taken_back(world: World) -> Iterator[None]:
    """The world is one for all tests."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def administrator() -> Client:
    client = Client()
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    return client


def test_no_list_writes_a_cell_that_a_spreadsheet_program_runs(world: World, administrator: Client) -> None:
    assert sum(written_into(page.model) for page in ADMINS) > 40
    wrong, empty = {}, []
    for page in ADMINS:
        label = page.opts.label_lower
        listed = administrator.get(address(page))
        assert listed.status_code == 200, label
        shown = listed.context["cl"]
        taken = administrator.get(address(page), {"as": "xlsx"})
        assert (taken.status_code, taken["Content-Type"].rpartition(".")[2]) == (200, "sheet"), label
        rows = cells_of(taken.content)
        if (len(rows) - 1, len(rows[0])) != (shown.result_count, len(_columns(shown))) or dangerous(rows):
            wrong[label] = (len(rows) - 1, shown.result_count, dangerous(rows))
        empty += [] if shown.result_count else [label]
        if isinstance(page, SpreadsheetAdmin):
            exported = administrator.post(address(page, "export"), _export_form(administrator, page))
            assert exported["Content-Type"].endswith("sheet"), label
            if dangerous(cells_of(exported.content)):
                wrong[f"{label} (export)"] = dangerous(cells_of(exported.content))
    assert wrong == {}
    assert [label for label in empty if label in RIGHTS] == []


def _columns(shown: Any) -> list[str]:
    return [name for name in shown.list_display if name != "action_checkbox"]


def _export_form(client: Client, page: Any) -> dict[str, Any]:
    form = client.get(address(page, "export")).context["form"]
    fields = {name: "on" for name in form.fields if name not in ("resource", "format", "export_items")}
    return {**fields, "format": "0", "resource": "0"}


@pytest.mark.parametrize("role", ["content", "desk", "press", "officer"])
def test_a_list_and_its_spreadsheet_are_for_the_same_people(world: World, role: str) -> None:
    client = Client()
    client.force_login(world.users[role])
    expected = {label: 200 if "v" in RIGHTS[label][role] else 403 for label in BY_LABEL if label in RIGHTS}
    assert {
        label: client.get(address(BY_LABEL[label]), {"as": "xlsx"}).status_code for label in expected
    } == expected


def test_a_sheet_holds_what_the_filters_and_the_search_leave(world: World, administrator: Client) -> None:
    page = BY_LABEL["registration.registration"]
    other = factories.registration(world.edition, status="submitted", family_name="Filtered")
    taken = administrator.get(address(page), {"status__exact": "submitted", "q": "filtered", "as": "xlsx"})
    rows = cells_of(taken.content)
    assert [row[0] for row in rows] == ["Name", other.name]
    assert (
        administrator.get(address(page), {"no_such": "1", "as": "xlsx"}).headers["Location"].endswith("?e=1")
    )
    link = administrator.get(address(page), {"status__exact": "submitted", "p": "1"}).content.decode()
    assert (
        "status__exact=submitted&amp;as=xlsx" not in link
    )  # it has an export of its own, which holds them too
    assert "export/?status__exact=submitted" in link
    link = administrator.get(
        address(BY_LABEL["registration.wait"]), {"status__exact": "offered"}
    ).content.decode()
    assert "?status__exact=offered&amp;as=xlsx" in link


def test_an_export_keeps_the_filters(world: World, administrator: Client) -> None:
    page = BY_LABEL["registration.registration"]
    other = factories.registration(world.edition, status="submitted", family_name="Filtered")
    exported = administrator.post(
        f"{address(page, 'export')}?status__exact=submitted&q=filtered", _export_form(administrator, page)
    )
    headings, *rows = cells_of(exported.content)
    assert [row[headings.index("Family name")] for row in rows] == [other.family_name]
