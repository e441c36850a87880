"""The table of who reads which field is whole, and the page that explains it says the same."""

from __future__ import annotations

import re
from pathlib import Path

from django.apps import apps
from django.contrib import admin

from tests.permissions.fields import FIELDS, KINDS, MARKED, OF_NOBODY, READERS, WHO
from tests.test_consistency import APPS

PRIVACY = Path(__file__).resolve().parents[2] / "docs" / "privacy.md"
TRANSLATION = re.compile(r"_(en|fr|nl)$")


def columns() -> dict[str, set[str]]:
    """Our models and their fields; the columns of a translated one are one field."""
    return {
        model._meta.label: {
            field.name
            for field in model._meta.fields
            if not (match := TRANSLATION.search(field.name))
            or not hasattr(model, field.name.removesuffix(match[0]))
        }
        for app in APPS
        for model in apps.get_app_config(app).get_models()
        if not model._meta.proxy
    }


def decided() -> dict[str, list[str]]:
    return {
        label: [name for names in kinds.values() for name in names.split()] for label, kinds in FIELDS.items()
    }


def test_of_every_model_it_is_decided_whether_it_tells_of_people() -> None:
    """A new model fails this: write its fields into `FIELDS`, or why it tells of nobody into `OF_NOBODY`."""
    assert sorted([*FIELDS, *OF_NOBODY]) == sorted(columns())


def test_of_every_field_about_people_it_is_decided_who_reads_it() -> None:
    """A new field fails this: say in `FIELDS` of which kind it is."""
    there = columns()
    wrong = {
        label: (sorted(there[label] - set(names)), sorted(set(names) - there[label]))
        for label, names in decided().items()
        if sorted(names) != sorted(there[label])
    }
    assert wrong == {}


def test_every_kind_is_of_some_field_and_has_its_readers() -> None:
    used = {kind for kinds in FIELDS.values() for kind in kinds} - {"row"}
    assert used == set(READERS)
    assert set(MARKED.values()) <= set(READERS)


def test_the_page_on_privacy_has_the_same_table() -> None:
    cells = re.compile(r"^\| `([a-z-]+)` \| (.+) \|$", re.M)
    written = {
        kind: [cell.strip() for cell in rest.split("|")][1:]
        for kind, rest in cells.findall(PRIVACY.read_text(encoding="utf-8"))
    }
    assert written == {kind: list(readers.values()) for kind, readers in READERS.items()}
    assert len(KINDS.strip().splitlines()) == len(READERS)
    assert {len(row) for row in written.values()} == {len(WHO)}


def test_what_nobody_reads_stands_in_no_list_or_form_of_the_admin() -> None:
    secret = {
        f"{label}.{name}" for label, kinds in FIELDS.items() for name in kinds.get("secret", "").split()
    }
    shown = {
        f"{model._meta.label}.{name}"
        for model, page in admin.site._registry.items()
        for name in [*page.list_display, *page.search_fields, *page.readonly_fields]
        if isinstance(name, str)
    }
    assert secret & shown == set()
