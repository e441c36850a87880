"""What arrives on paper, and what offices type: recorded as it is, and harmless wherever it is read."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.utils import timezone

from declarations import actions
from declarations.actions import RefusedByRegister
from declarations.forms import SignatureForm
from declarations.models import Declaration, Signature
from tests.declarations.making import (
    answers,
    draft,
    form,
    invited,
    office,
    officer,
    pdf,
    published,
    sent,
    submitted_as_it_is,
    upload,
    yesterday,
)
from tests.declarations.test_admin import as_, root, url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_second_factor(settings: Any) -> None:
    settings.DEMONSTRATION = True


def typed(signatory: Any, /, **fields: Any) -> dict[str, Any]:
    return {
        **form(),
        "signatory": signatory.pk,
        "language": "fr",
        "arrived": "By post, today.",
        "signed_page": upload(pdf()),
        **fields,
    }


def over_since(declaration: Declaration, **ago: float) -> None:
    until = timezone.now() - timedelta(**ago)
    Declaration.objects.filter(pk=declaration.pk).update(signatures_until=until)
    declaration.refresh_from_db()


def test_paper_says_in_which_language_it_was_signed_and_how_it_came() -> None:
    signatory, user = office(), root()
    response = as_(user).post(url("signature", "add"), typed(signatory))
    signature = Signature.objects.get(state="submitted")
    event = signature.events.get()
    assert [response.status_code, signature.language, event.note, event.actor.user] == [
        302,
        "fr",
        "By post, today.",
        user,
    ]
    assert signature.recorded_by_office is False


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"language": "lv"}, ["language"]),
        ({"language": "banana"}, ["language"]),
        ({"arrived": ""}, ["arrived"]),
        ({"arrived": "x" * 10_000}, ["arrived"]),
        ({"arrived": "a\0b"}, ["arrived"]),
        ({"signatory": "banana"}, ["signatory"]),
        ({"signatory": "9" * 40}, ["signatory"]),
        ({"signed_on": "31/31/2026"}, ["signed_on"]),
        ({"signer_name": "Robin \u202eelpmaxE"}, ["signer_name"]),
        ({"signed_page": upload(b"<svg/>")}, ["signed_page"]),
    ],
)
def test_what_cannot_be_on_paper_is_said_beside_its_field(fields: dict[str, Any], wrong: list[str]) -> None:
    response = as_(root()).post(url("signature", "add"), typed(office(), **fields))
    assert [response.status_code, sorted(response.context["form"].errors)] == [200, wrong]
    assert Signature.objects.count() == 0


def test_what_was_signed_in_time_is_recorded_after_the_last_moment() -> None:
    signatory = office()
    over_since(signatory.declaration, days=2)
    late = as_(root()).post(url("signature", "add"), typed(signatory))
    assert late.context["form"].errors["signed_on"] == [
        "This was signed after the last day on which the declaration could be signed."
    ]
    over_since(signatory.declaration, seconds=0)
    as_(root()).post(url("signature", "add"), typed(signatory))
    assert Signature.objects.get().state == "submitted"


def test_the_database_holds_the_last_day_too() -> None:
    signatory = office()
    over_since(signatory.declaration, days=2)
    with pytest.raises(RefusedByRegister) as caught:
        actions.record_on_paper(
            signatory=signatory, answers=answers(), files={"signed_page": sent()}, by=officer()
        )
    assert caught.value.constraint == "signed_in_time"


# --- what offices type ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["signer_name", "signer_office", "body", "reference"])
@pytest.mark.parametrize("value", ["\u202eevil", "\u2066x", "a\0b", "a\u0007b", "x" * 10_000])
def test_signs_nobody_sees_and_endless_words_are_refused_in_every_field(name: str, value: str) -> None:
    given = {**form(basis="council", body="Council", decided_on=yesterday()), name: value}
    bound = SignatureForm(given, {"signed_page": upload(pdf())}, published_on=None)
    assert list(bound.errors) == [name]


def test_accents_written_apart_are_put_together() -> None:
    signatory = office(published())
    signature = draft(signatory, signer_name="Zoe\u0308 Example")
    signature.refresh_from_db()
    assert signature.signer_name == "Zo\u00eb Example"


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1"])
def test_a_formula_is_text_in_the_officers_spreadsheet(value: str) -> None:
    signatory = office()
    invitation, _token = invited(signatory)
    submitted_as_it_is(draft(signatory, signer_name=value), invitation)
    response: Any = as_(root()).get(url("signature") + "?as=xlsx")
    content = b"".join(response.streaming_content) if response.streaming else response.content
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(content)).active for cell in row]
    named = [cell.data_type for cell in cells if str(cell.value).strip("'\t") == value.strip()]
    assert [named, [cell.coordinate for cell in cells if cell.data_type == "f"]] == [["s"], []]
