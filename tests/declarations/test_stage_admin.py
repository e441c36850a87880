"""The pages on which officers prepare a ceremony, record and confirm."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from declarations import actions
from declarations.models import Ceremony, StageSigning
from efus_conference.models import User
from tests.declarations.making import office, officer, pdf, published, upload
from tests.declarations.staging import ceremony, cleared, confirmed, recorded, signer

pytestmark = pytest.mark.django_db


def browser(user: User | None = None) -> Client:
    client = Client()
    client.force_login(user or officer(is_superuser=True))
    return client


def page(on: Ceremony, name: str) -> str:
    return f"/admin/declarations/ceremony/{on.pk}/{name}/"


def press(client: Client, signing: StageSigning, what: str, screen: str = "stage", **data: Any) -> list[str]:
    """What the officer reads after the click."""
    answer = client.post(
        page(signing.ceremony, screen),
        {"what": what, "signing": signing.pk, "seen": signing.version, **data},
        follow=True,
    )
    return [str(message) for message in answer.context["messages"]]


def test_two_officers_clear_who_signs_and_one_alone_cannot() -> None:
    on = ceremony(is_open=False)
    signatory, one, two = office(on.declaration), officer(is_superuser=True), officer(is_superuser=True)
    entered = browser(one).post(
        f"{page(on, 'list')}add/",
        {
            "signatory": signatory.pk,
            "precedence": "5",
            "signer_name": "Robin Example",
            "signer_office": "Mayor",
        }
        | {"basis": "council", "body": "City council", "decided_on": "2026-05-04", "reference": "C/12"},
    )
    assert entered.headers["Location"] == page(on, "list")
    signing = on.signings.get()
    assert press(browser(one), signing, "clear", "list") == [
        "You entered who signs, so a second officer has to clear it."
    ]
    assert press(browser(two), signing, "clear", "list") == [f"{signatory} is cleared for the stage."]
    signing.refresh_from_db()
    assert [signing.cleared_by.user, signing.reference, signing.precedence] == [two, "C/12", 5]  # type: ignore[union-attr]


def test_a_change_of_who_signs_has_to_be_cleared_anew_and_a_change_of_precedence_has_not() -> None:
    signing = cleared(ceremony(is_open=False))
    address = f"{page(signing.ceremony, 'list')}{signing.pk}/"
    same = {
        "precedence": "1",
        "signer_name": "Robin Example",
        "signer_office": "Mayor",
        "basis": "own_competence",
    }
    client = browser()
    client.post(address, {**same, "seen": signing.version})
    signing.refresh_from_db()
    assert [signing.precedence, signing.cleared_by is None] == [1, False]
    client.post(address, {**same, "signer_name": "Sam Example", "seen": signing.version})
    signing.refresh_from_db()
    assert [signing.signer_name, signing.cleared_by] == ["Sam Example", None]


def test_an_evening_by_two_officers() -> None:
    signing = cleared()
    one, two = browser(), browser()
    name = str(signing.signatory)
    assert press(one, signing, "sign", time=f"{timezone.localtime():%H:%M}") == [
        f"{name}: signed. A second officer confirms it now."
    ]
    signing.refresh_from_db()
    assert press(one, signing, "scan", file=upload(pdf())) == [f"{name}: the scan is kept."]
    signing.refresh_from_db()
    assert press(two, signing, "confirm", "confirm") == [f"{name}: confirmed. The name shows on stage now."]
    signing.refresh_from_db()
    assert press(one, signing, "undo") == [f"{name}: undone. Nothing of it became public in the register."]
    assert list(signing.events.values_list("kind", flat=True)) == [
        "entered",
        "cleared",
        "signed",
        "scanned",
        "confirmed",
        "undone",
    ]
    assert "To be called" in one.get(page(signing.ceremony, "stage")).text


def test_a_stale_screen_records_nothing_says_what_happened_and_keeps_what_was_typed() -> None:
    stale = cleared()
    recorded(stale, by=officer())
    answer = browser().post(
        page(stale.ceremony, "stage"),
        {"what": "substitute", "signing": stale.pk, "seen": stale.version, "name": "Kim", "office": "Deputy"},
    )
    [said] = [str(message) for message in answer.context["messages"]]
    assert said.startswith("Your screen was not up to date, so nothing was done.")
    assert "signed, at" in said
    stale.refresh_from_db()
    assert [stale.by_substitute, answer.context["typed"]["is"]["name"]] == [False, "Kim"]


def test_who_recorded_reads_that_somebody_else_confirms() -> None:
    one = officer(is_superuser=True)
    signing = recorded(by=one)
    shown = browser(one).get(page(signing.ceremony, "confirm"))
    assert "You recorded this signature, so a second officer confirms it, on another device." in shown.text
    assert 'value="confirm"' not in shown.text
    assert 'value="confirm"' in browser().get(page(signing.ceremony, "confirm")).text


def test_the_state_changes_with_every_step_and_holds_no_name() -> None:
    signing = cleared()
    client, address = browser(), f"/admin/declarations/ceremony/{signing.ceremony_id}/state.json"
    before = client.get(address)
    signing = recorded(signing)
    after = client.get(address).json()["version"]
    confirmed(signing)
    last = client.get(address).json()
    assert len({before.json()["version"], after, last["version"]}) == 3
    assert list(last["undo"]) == [str(signing.pk)]
    assert "Robin" not in before.text


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("sign", {"time": "banana"}),
        ("sign", {"time": "\0"}),
        ("sign", {"seen": "banana"}),
        ("substitute", {"name": "x" * 10_000, "office": "Mayor"}),
        ("substitute", {"name": "a\0b", "office": ""}),
        ("scan", {"file": upload(b"no picture")}),
        ("take_back", {"note": "x" * 10_000}),
    ],
)
def test_bad_input_is_a_sentence(what: str, data: dict[str, Any]) -> None:
    signing = cleared()
    said = press(browser(), signing, what, **data)
    signing.refresh_from_db()
    assert [bool(said), signing.signed_at] == [True, None]


def test_the_ceremony_ends_when_nothing_is_unconfirmed() -> None:
    signing = recorded()
    client, address = browser(), page(signing.ceremony, "stage")
    said = client.post(address, {"what": "end"}, follow=True).context["messages"]
    assert next(str(one) for one in said).startswith(f"Recorded on stage, but not confirmed yet: {signing}.")
    actions.take_back(signing=signing, by=officer(), seen=signing.version)
    client.post(address, {"what": "end"})
    signing.ceremony.refresh_from_db()
    assert signing.ceremony.ended_at is not None


def test_invited_signatories_come_on_the_list_once() -> None:
    by, on = officer(is_superuser=True), ceremony(published(), is_open=False)
    invited = [office(on.declaration), office(on.declaration)]
    for signatory in invited:
        actions.invite(signatory=signatory, by=officer())
    office(on.declaration)
    first = actions.import_signatories(ceremony=on, by=by)
    assert [signing.signatory for signing in first] == invited
    with pytest.raises(actions.NobodyToImport):
        actions.import_signatories(ceremony=on, by=by)
    with pytest.raises(actions.SignerIncomplete):
        actions.clear_signer(signing=first[0], by=officer(), seen=0)
    changed = actions.change_signer(signing=first[0], signer=signer(), by=by, seen=0)
    assert actions.clear_signer(signing=changed, by=officer(), seen=changed.version).cleared_by is not None
