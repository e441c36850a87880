"""What pages say of a log: how to check it, where each record stands in it, and when something is wrong."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from declarations import actions
from declarations.log.reading import in_groups
from declarations.models import Checkpoint, Declaration, LogAlarm, LogKey, Signature
from declarations.verifier import verify
from tests import factories
from tests.declarations.log.keeping import logged
from tests.declarations.making import invited, office, officer, published, recorded, submitted, withdrawn

pytestmark = pytest.mark.django_db
PAGE = "/en/declarations/harbour/verify/"


def verified(declaration: Declaration, **fields: Any) -> Signature:
    """Of a town of this name."""
    return actions.verify(
        signature=submitted(office(declaration, organisation=factories.organisation(**fields))), by=officer()
    )


def read(client: Client, path: str) -> str:
    return unescape(" ".join(client.get(path).content.decode().split()))


def test_the_page_says_what_the_log_is_now(client: Client, tmp_path: Path) -> None:
    declaration = published(slug="harbour", title="Harbour")
    signature = verified(declaration)
    logged(declaration, tmp_path)
    verified(declaration)
    answer = client.get(PAGE)
    page = read(client, PAGE)
    fingerprint = LogKey.objects.get().fingerprint
    assert [
        answer.context["newest"].size,
        answer.context["root"],
        answer.context["waiting"],
        [groups for _key, groups in answer.context["keys"]],
    ] == [2, bytes(answer.context["newest"].root).hex(), 1, [in_groups(fingerprint)]]
    assert "No: 1 change of the register is not in it yet." in page
    for path in (
        "/declarations/harbour/log/bundle.json",
        "/declarations/verify.py",
        "/declarations/check.html",
    ):
        assert f'href="{path}"' in page
    logged(declaration, tmp_path)
    up_to_date = "Yes: it has every signature that was checked, and every end of one."
    assert up_to_date in read(client, PAGE)
    withdrawn(signature)
    assert up_to_date not in read(client, PAGE)


def test_the_fingerprint_is_shown_in_groups_of_four() -> None:
    assert in_groups("0123456789abcdef") == "0123 4567 89ab cdef"


def test_before_anything_is_logged_the_page_says_why(client: Client) -> None:
    published(slug="harbour")
    old = Declaration.objects.create(slug="old", title="Old", title_en="Old", is_historical=True)
    factories.publish(old)
    pages = [read(client, PAGE), read(client, "/en/declarations/old/verify/")]
    actions.enter_historical(signatory=factories.signatory(old))
    pages.append(read(client, "/en/declarations/old/verify/"))
    assert [
        (
            "Nothing has been logged yet" in page,
            "as a rule within a minute" in page,
            "nothing to check" in page,
        )
        for page in pages
    ] == [(True, True, False), (True, False, True), (True, False, False)]
    assert "Its signatures can be, once the keeper of the log has signed them." in pages[2]


def test_of_a_historical_declaration_only_who_signed_can_be_checked(client: Client, tmp_path: Path) -> None:
    old = Declaration.objects.create(slug="old", title="Old", title_en="Old", is_historical=True)
    factories.publish(old)
    actions.enter_historical(signatory=factories.signatory(old))
    logged(old, tmp_path)
    page = read(client, "/en/declarations/old/verify/")
    assert [
        "The words of this declaration cannot be checked here." in page,
        "Download the bundle" in page,
    ] == [
        True,
        True,
    ]


def test_an_alarm_of_this_log_or_of_all_is_said_until_it_is_settled(client: Client, tmp_path: Path) -> None:
    declaration, other = published(slug="harbour"), published()
    log = logged(declaration, tmp_path)
    LogAlarm.objects.create(log=other.log, reason="rewound")
    assert "This log is stopped." not in read(client, PAGE)
    own = LogAlarm.objects.create(log=log, reason="rewound", details="secret of the house")
    of_all = LogAlarm.objects.create(log=None, reason="no_memory")
    page = read(client, PAGE)
    assert [
        page.count("This log is stopped."),
        "the log is shorter than what was signed" in page,
        "the keeper's memory is missing" in page,
        "secret of the house" in page,
    ] == [2, True, True, False]
    LogAlarm.objects.filter(pk__in=[own.pk, of_all.pk]).update(settled_at=timezone.now())
    assert "This log is stopped." not in read(client, PAGE)


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_the_page_calls_the_answers_what_the_verifiers_call_them(
    client: Client, tmp_path: Path, language: str
) -> None:
    logged(published(slug="harbour"), tmp_path)
    page = read(client, f"/{language}/declarations/harbour/verify/")
    table = page.partition('id="answers-title"')[2].partition("</table>")[0]
    said = verify.SENTENCES[language]
    assert re.findall(r'<th scope="row">(.*?)</th>', table) == [
        said[f"title.{check}"] for check in (*verify.CHECKS, "text")
    ]


def test_of_a_declaration_without_a_text_no_answer_about_texts_is_explained(
    client: Client, tmp_path: Path
) -> None:
    declaration = Declaration.objects.create(slug="old", title="Old", title_en="Old", is_historical=True)
    factories.publish(declaration)
    actions.enter_historical(signatory=factories.signatory(declaration))
    logged(declaration, tmp_path)
    page = read(client, "/en/declarations/old/verify/")
    titles = {check: verify.SENTENCES["en"][f"title.{check}"] for check in (*verify.CHECKS, "text")}
    shown = {check for check, title in titles.items() if f'<th scope="row">{title}</th>' in page}
    assert set(titles) - shown == {"texts", "text"}


def test_the_page_has_one_clock_and_one_word_for_a_signed_state(client: Client, tmp_path: Path) -> None:
    declaration = published(slug="harbour")
    logged(declaration, tmp_path)
    newest = Checkpoint.objects.get()
    page = read(client, PAGE)
    assert f"{newest.signed_at:%H:%M} UTC" in page
    assert "Brussels" not in page
    words = re.sub(r"<[^>]*>", " ", page.partition("<main")[2].partition("</main>")[0])
    assert re.findall("[Cc]heckpoint", words) == ["checkpoint"]  # once, as what programs call it


def test_not_even_all_checkpoints_are_more_than_a_page(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("declarations.views.verify.SHOWN", 1)
    monkeypatch.setattr("declarations.views.verify.MOST", 2)
    declaration = published(slug="harbour")
    logged(declaration, tmp_path)
    for _number in range(3):
        verified(declaration)
        logged(declaration, tmp_path)
    few, every = client.get(PAGE), client.get(f"{PAGE}?checkpoints=all")
    assert [[each.size for each in answer.context["older"]] for answer in (few, every)] == [[3], [3, 2]]
    assert [
        [("?checkpoints=all#checkpoints" in text, "Older ones are not listed." in text)]
        for text in (few.content.decode(), every.content.decode())
    ] == [[(True, False)], [(False, True)]]


def test_earlier_checkpoints_are_listed_the_latest_first_and_all_when_asked_for(
    client: Client, tmp_path: Path
) -> None:
    declaration = published(slug="harbour")
    for _number in range(13):
        logged(declaration, tmp_path)
        verified(declaration)
    few, every = client.get(PAGE), client.get(f"{PAGE}?checkpoints=all")
    assert [
        (
            answer.context["newest"].size,
            [each.size for each in answer.context["older"]],
            answer.context["is_cut"],
        )
        for answer in (few, every)
    ] == [(13, list(range(12, 2, -1)), True), (13, list(range(12, 0, -1)), False)]
    assert "?checkpoints=all#checkpoints" in few.content.decode()
    assert getattr(client.get(f"{PAGE}?checkpoints=banana"), "is_same_for_everyone", None) is False


def test_the_page_asks_the_same_however_long_the_log(client: Client, tmp_path: Path) -> None:
    declaration = published(slug="harbour")
    counts = []
    for number in (2, 10):
        for _number in range(number):
            verified(declaration)
            logged(declaration, tmp_path)
        with CaptureQueriesContext(connection) as asked:
            client.get(PAGE)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_keys_are_listed_with_what_became_of_them(client: Client, tmp_path: Path) -> None:
    declaration = published(slug="harbour")
    logged(declaration, tmp_path)
    stolen = LogKey.objects.create(
        public_key="00" * 32,
        fingerprint="66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925",
        retired_at=timezone.now(),
        is_stolen=True,
    )
    answer = client.get(PAGE)
    in_use = LogKey.objects.get(retired_at=None)
    assert [key for key, _groups in answer.context["keys"]] == [in_use, stolen]
    assert "It was stolen: what it signed afterwards is not ours." in read(client, PAGE)
    assert answer.context["fingerprint"] == in_groups(in_use.fingerprint)


def test_each_record_leads_to_its_entry_and_its_proof_or_says_why_there_is_none(
    client: Client, tmp_path: Path
) -> None:
    declaration = published(slug="harbour", shows_recorded=True)
    signature = verified(declaration, name="Turin", slug="turin")
    gone = verified(declaration, name="Gone", slug="gone")
    waiting = office(declaration, organisation=factories.organisation(name="Riga", slug="riga"))
    invitation, _token = invited(waiting)
    actions.submit_signature(signature=told_shown(invitation), invitation=invitation)
    logged(declaration, tmp_path)
    verified(declaration, name="New", slug="new")
    withdrawn(gone)
    logged_already = read(client, "/en/declarations/harbour/signatories/turin/")
    soon = read(client, "/en/declarations/harbour/signatories/new/")
    unchecked = read(client, "/en/declarations/harbour/signatories/riga/")
    logged(declaration, tmp_path)
    left = read(client, "/en/declarations/harbour/signatories/gone/")
    proof = "/declarations/harbour/log/proofs/{}.tlog-proof"
    assert [
        "This signature is entry 1 of the public log" in logged_already,
        proof.format(signature.log_id) in logged_already,
        "It is not in the public log yet" in soon,
        ".tlog-proof" in soon,
        "only what was checked enters the public log" in unchecked,
        ".tlog-proof" in unchecked,
        "The withdrawal is entry" in left,
        proof.format(gone.log_id) in left,
        all('/en/declarations/harbour/verify/"' in page for page in (logged_already, soon, unchecked, left)),
    ] == [True, True, True, False, True, False, True, True, True]


def told_shown(invitation: Any) -> Signature:
    recorded(invitation)
    return actions.be_informed(invitation=invitation, told_shown=True)


def test_the_declaration_and_its_register_lead_to_the_page(client: Client) -> None:
    published(slug="harbour")
    for path in ("/en/declarations/harbour/", "/en/declarations/harbour/signatories/"):
        assert f'href="{PAGE}"' in read(client, path)


@pytest.mark.parametrize("name", ["verify.py", "check.html"])
def test_the_programs_that_check_are_handed_out_as_files(client: Client, name: str) -> None:
    answer = client.get(f"/declarations/{name}")
    file = Path(__file__).resolve().parents[3] / "declarations" / "verifier" / name
    assert [
        answer.status_code,
        answer.content == file.read_bytes(),
        answer.headers["Content-Disposition"],
        answer.headers["Access-Control-Allow-Origin"],
    ] == [200, True, f'attachment; filename="{name}"', "*"]
