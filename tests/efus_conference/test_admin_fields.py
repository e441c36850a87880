"""What holds for the fields of every page of the admin, whichever app's."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.db import models
from django.test import Client, RequestFactory

from efus_conference.models import Organisation, User
from efus_conference.writing import NOT_PRINTABLE, only_line_breaks, without_control_characters
from programme.models import Session
from tests import factories
from tests.programme.inlines import OTHER_INLINES

pytestmark = pytest.mark.django_db
OURS = ("efus_conference", "programme", "registration", "declarations", "archive")
PAGES = [page for model, page in admin.site._registry.items() if model._meta.app_label in OURS]
NO_IDS = ["abc", "1x", "-", "9" * 40, "\u0663\ufffd", "1,2"]


@pytest.fixture
def administrator(client: Client) -> User:
    user = factories.user(is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def request_of(user: User) -> Any:
    request = RequestFactory().get("/admin/")
    request.user = user
    return request


@pytest.mark.parametrize("page", PAGES, ids=lambda page: type(page).__name__)
def test_an_address_fills_in_beforehand_only_what_a_field_can_hold(
    client: Client, administrator: User, page: Any
) -> None:
    if not page.has_add_permission(request_of(administrator)):
        return  # nobody adds these
    fields = [
        field.name
        for field in page.model._meta.get_fields()
        if field.concrete and not isinstance(field, models.CharField | models.TextField)
    ]
    opts = page.model._meta
    for value in NO_IDS:
        response = client.get(f"/admin/{opts.app_label}/{opts.model_name}/add/", dict.fromkeys(fields, value))
        assert response.status_code == 200, value


def test_what_a_field_can_hold_is_filled_in(client: Client, administrator: User) -> None:
    edition = factories.edition()
    query = {
        "edition": str(edition.pk),
        "starts_at": "2031-05-14T09:30",
        "title_en": "Trust",
        "is_cancelled": "1",
    }
    form = client.get("/admin/programme/session/add/", query).context["adminform"].form
    assert {name: str(form.initial[name]) for name in query} == {
        "edition": str(edition.pk),
        "starts_at": "2031-05-14 09:30:00",
        "title_en": "Trust",
        "is_cancelled": "True",
    }
    assert str(edition) in str(form["edition"])


@pytest.mark.parametrize("value", NO_IDS)
@pytest.mark.parametrize("name", ["room", "themes", "appearances-0-speaker"])
def test_what_is_no_id_is_refused_beside_its_field_and_the_rest_is_kept(
    client: Client, administrator: User, name: str, value: str
) -> None:
    session = factories.session(factories.edition())
    sent = {
        "kind": session.kind_id,
        "title_en": "Typed at length",
        "appearances-TOTAL_FORMS": "1",
        "appearances-INITIAL_FORMS": "0",
        **OTHER_INLINES,
        "appearances-0-role": "speaker",
        name: value,
    }
    response = client.post(f"/admin/programme/session/{session.pk}/change/", sent)
    assert response.status_code == 200
    errors = {**response.context["adminform"].form.errors}
    for inline in response.context["inline_admin_formsets"]:
        for number, found in enumerate(inline.formset.errors):
            errors |= {f"{inline.formset.prefix}-{number}-{field}": list_ for field, list_ in found.items()}
    assert name in errors
    assert "Typed at length" in response.content.decode()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: type(page).__name__)
def test_every_text_of_the_admin_is_writing(administrator: User, page: Any) -> None:
    request = request_of(administrator)
    if not page.has_change_permission(request):
        return  # nobody writes here
    forms_of_it = [page.get_form(request)]
    forms_of_it += [
        inline.get_formset(request).form for inline in page.get_inline_instances(request, page.model())
    ]
    loose = [
        f"{form.__name__}.{name}"
        for form in forms_of_it
        for name, outer in form.base_fields.items()
        if isinstance(field := getattr(outer, "base_field", outer), forms.CharField)
        and only_line_breaks not in field.validators
        and without_control_characters not in field.validators
    ]
    assert loose == []


def test_a_control_character_is_refused_and_nothing_typed_is_lost(
    client: Client, administrator: User
) -> None:
    sent = {
        "slug": "x",
        "kind": "city",
        "name_en": "a\x07b\u202e",
        "other_names": "one,t\x07wo",
        "endonym": "Kept",
    }
    response = client.post("/admin/efus_conference/organisation/add/", sent)
    errors = response.context["adminform"].form.errors
    assert errors["name_en"] == [str(NOT_PRINTABLE)]
    assert str(NOT_PRINTABLE) in errors["other_names"][0]
    assert "Kept" in response.content.decode()
    assert not Organisation.objects.exists()


def test_lines_may_end_in_longer_texts(client: Client, administrator: User) -> None:
    session = factories.session(factories.edition())
    sent = {
        "kind": session.kind_id,
        "title_en": "Title",
        "abstract_en": "One\r\n\r\nTwo",
        "appearances-TOTAL_FORMS": "0",
        "appearances-INITIAL_FORMS": "0",
        **OTHER_INLINES,
    }
    response = client.post(
        f"/admin/programme/session/{session.pk}/change/", sent | {"edition": session.edition_id}
    )
    assert response.status_code == 302, response.context["adminform"].form.errors
    assert Session.objects.get().abstract_en == "One\r\n\r\nTwo"
