"""What a link, a page left open and a form that was tampered with can and cannot do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pgtrigger
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from declarations import actions
from declarations.models import Declaration, Invitation, MailboxCode, Signature, TextVersion
from declarations.models.texts import hash_of_texts
from tests.declarations.making import (
    begin,
    code_for,
    decline,
    form,
    inform,
    invited,
    let_in,
    look_whose,
    office,
    officer,
    pdf,
    published,
    record,
    recorded,
    submit,
    submitted,
    text_hash,
    upload,
)
from tests.declarations.test_office import text_of, unusable_links

pytestmark = pytest.mark.django_db
FROZEN = ("declarations.Declaration", "declarations.TextVersion")


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


def with_triggers_off(change: Callable[[], Any]) -> None:
    """As only the owner of the database can: the site's own login may not switch a trigger off."""
    with pgtrigger.ignore(
        "declarations.TextVersion:published_text_is_fixed",
        "declarations.Declaration:frozen_stays_frozen",
        "declarations.Declaration:hash_is_of_the_texts",
    ):
        change()


def replace_texts(declaration: Declaration) -> None:
    def change() -> None:
        TextVersion.objects.filter(declaration=declaration, language="en").update(
            body="1. Cities act otherwise."
        )
        declaration.text_hash = declaration.proposed_hash = hash_of_texts(list(declaration.texts.all()))
        declaration.save()

    with_triggers_off(change)


@pytest.mark.parametrize(
    ("step", "answers"),
    [("record", form()), ("meaning", {"informed": "on"}), ("check", {}), ("decline", {"reason": "No."})],
)
def test_texts_replaced_while_the_page_is_open_are_read_again_and_what_was_typed_stays(
    browser: Client, step: str, answers: dict[str, str]
) -> None:
    invitation, token = invited()
    begin(browser, token)
    record(browser, token, {**form(), "signed_page": upload(pdf())})
    inform(browser, token)
    before, as_read = Signature.objects.values().get(), text_hash(token)
    replace_texts(invitation.signatory.declaration)
    page = browser.post(f"/sign/{token}/{step}", {**answers, **as_read})
    assert [page.status_code, "Cities act otherwise." in text_of(page)] == [409, True]
    assert page.context["typed"].hidden == answers
    invitation.refresh_from_db()
    assert [Signature.objects.values().get(), invitation.used_at, invitation.declined_at] == [
        before,
        None,
        None,
    ]
    # Its own form goes on where one was, with the texts that were read now.
    read = {**page.context["typed"].hidden, "read_again": "1", "text": "en", **text_hash(token)}
    assert browser.post(f"/sign/{token}/{step}", read).status_code in (200, 302)
    assert Signature.objects.get().text_hash == text_hash(token)["text_hash"]


def test_texts_replaced_between_reading_and_the_code_are_read_again(browser: Client) -> None:
    invitation, token = invited()
    address = browser.post(f"/sign/{token}", {"text": "en", **text_hash(token)}).headers["Location"]
    replace_texts(invitation.signatory.declaration)
    page = browser.post(address, {"code": code_for(invitation)})
    assert [page.status_code, page.context["action"]] == [409, f"/sign/{token}"]
    assert Signature.objects.count() == 0
    again = browser.post(f"/sign/{token}", {"read_again": "1", "text": "en", **text_hash(token)})
    assert again.headers["Location"] == f"/sign/{token}/record"


def test_a_record_begun_under_other_texts_is_not_submitted_by_hand_either() -> None:
    invitation, _token = invited()
    signature = recorded(invitation)
    replace_texts(invitation.signatory.declaration)
    with pytest.raises(actions.ReadAgain):
        actions.submit_signature(signature=signature, invitation=invitation)
    with pytest.raises(actions.ReadAgain):
        actions.open_invitation(invitation=invitation, language="en", text_hash="0" * 64)


@pytest.mark.parametrize("sent", [{}, {"text_hash": ""}, {"text_hash": "banana"}, {"text_hash": "\x00"}])
def test_a_form_without_the_fingerprint_of_the_texts_is_read_again(browser: Client, sent: Any) -> None:
    _invitation, token = invited()
    begin(browser, token)
    assert browser.post(f"/sign/{token}/record", {**form(), **sent}).status_code == 409
    assert browser.post(f"/sign/{token}", {"text": "en", **sent}).status_code == 409
    assert Signature.objects.get().signer_name == ""


def test_who_read_that_nothing_shows_unchecked_reads_again_when_that_was_changed_meanwhile(
    browser: Client,
) -> None:
    invitation, token = invited()
    begin(browser, token)
    record(browser, token, {**form(), "signed_page": upload(pdf())})
    declaration = invitation.signatory.declaration
    declaration.shows_recorded = True
    declaration.save()
    ticked = {**text_hash(token), "informed": "on"}
    stale = browser.post(f"/sign/{token}/meaning", {**ticked, "shown": "no"})
    assert list(stale.context["form"].errors) == ["informed"]
    assert "changed while you read" in str(stale.context["form"].errors["informed"])
    assert 'name="shown" value="yes"' in text_of(stale)
    assert Signature.objects.get().informed_at is None
    assert browser.post(f"/sign/{token}/meaning", {**ticked, "shown": "yes"}).status_code == 302
    assert Signature.objects.get().told_shown is True
    # Coming back after it was switched off, the office reads the other sentence, and that one counts.
    declaration.shows_recorded = False
    declaration.save()
    assert browser.post(f"/sign/{token}/meaning", {**ticked, "shown": "no"}).status_code == 302
    assert Signature.objects.get().told_shown is False


def test_nothing_is_submitted_before_what_signing_means_was_read(browser: Client) -> None:
    _invitation, token = invited()
    begin(browser, token)
    record(browser, token, {**form(), "signed_page": upload(pdf())})
    unticked = browser.post(f"/sign/{token}/meaning", {**text_hash(token), "shown": "no"})
    assert unticked.context["form"].errors == {
        "informed": ["Tick this once you have read the page and may record the signature."]
    }
    assert submit(browser, token).headers["Location"] == f"/sign/{token}/meaning"
    assert [Signature.objects.get().state, Signature.objects.get().informed_at] == ["new", None]
    inform(browser, token)
    informed_at = Signature.objects.get().informed_at
    inform(browser, token)
    assert Signature.objects.get().informed_at == informed_at


def test_what_signing_means_names_the_periods_that_are_kept(browser: Client) -> None:
    _invitation, token = invited()
    begin(browser, token)
    record(browser, token, {**form(), "signed_page": upload(pdf())})
    page = text_of(browser.get(f"/sign/{token}/meaning"))
    assert ["5 years" in page, "60 days" in page, "30 days" in page] == [True] * 3


def test_a_draft_goes_on_under_a_new_link_after_the_text_was_read_again(browser: Client) -> None:
    signatory = office()
    _first, token = invited(signatory)
    begin(browser, token)
    record(browser, token, {**form(), "signed_page": upload(pdf())})
    inform(browser, token)
    _second, renewed = invited(signatory)
    assert browser.get(f"/sign/{renewed}/check").headers["Location"] == f"/sign/{renewed}"
    begin(browser, renewed)
    assert browser.get(f"/sign/{renewed}/check").headers["Location"] == f"/sign/{renewed}/meaning"
    assert 'value="Robin Example"' in text_of(browser.get(f"/sign/{renewed}/record"))


def test_the_token_of_one_office_opens_nothing_of_another(browser: Client) -> None:
    declaration = published()
    (one, first), (_other, second) = invited(office(declaration)), invited(office(declaration))
    begin(browser, first)
    record(browser, first, {**form(), "signed_page": upload(pdf())})
    inform(browser, first)
    code = Signature.objects.get().receipt_code
    # The proof of one mailbox, the code and the receipt's secret of one, under the link of the other.
    assert browser.get(f"/sign/{second}/record").headers["Location"] == f"/sign/{second}/code?then=record"
    wrong = browser.post(f"/sign/{second}/code", {"code": code_for(one)})
    assert list(wrong.context["form"].errors) == ["code"]
    let_in(browser, second)
    assert submit(browser, second, receipt=code).headers["Location"] == f"/sign/{second}"
    actions.revoke(invitation=_other)
    assert browser.post(f"/sign/{second}/check", {"receipt": code}).status_code == 404
    assert browser.get(f"/sign/receipt/{code}/").status_code == 404
    assert [signature.state for signature in Signature.objects.all()] == ["new"]


@pytest.mark.parametrize("step", ["", "/code", "/record", "/meaning", "/check", "/decline"])
def test_every_dead_link_takes_the_same_work(browser: Client, step: str) -> None:
    links = {**unusable_links(), "declined": declined_link()}
    for method in (browser.get, browser.post):
        work = {}
        for name, token in links.items():
            with CaptureQueriesContext(
                connection,
            ) as queries:
                method(f"/sign/{token}{step}")
            work[name] = [query["sql"].split(" WHERE ")[0] for query in queries.captured_queries]
        assert len({str(asked) for asked in work.values()}) == 1, work


@pytest.mark.parametrize("sent", [None, {"decline": "1"}])
def test_the_proof_of_another_office_tells_no_dead_link_from_another(
    browser: Client, sent: dict[str, str] | None
) -> None:
    links = {**unusable_links(), "declined": declined_link()}
    let_in(browser, invited()[1])
    work = set()
    for token in links.values():
        with CaptureQueriesContext(connection) as queries:
            answer = browser.post(f"/sign/{token}", sent) if sent else browser.get(f"/sign/{token}")
        work.add((answer.status_code, answer.content, len(queries.captured_queries)))
    assert len(work) == 1


def test_asking_for_a_new_link_takes_the_same_work_whoever_asks(browser: Client) -> None:
    links = {**unusable_links(), "declined": declined_link()}
    work = []
    for number, token in enumerate(links.values()):
        with CaptureQueriesContext(connection) as queries:
            browser.post(f"/sign/{token}", {"new_link": "1"}, REMOTE_ADDR=f"192.0.2.{number}")
        work.append(len(queries.captured_queries))
    assert len(set(work)) == 1, work


def declined_link() -> str:
    invitation, token = invited()
    actions.decline_invitation(invitation=invitation, reason="The council said no.")
    return token


def test_a_dead_link_gives_back_what_was_typed_and_the_same_for_all(browser: Client) -> None:
    links = unusable_links()
    typed = {**form(signer_name="Ōta <Example>", basis="council"), "signed_page": upload(pdf())}
    pages = {browser.post(f"/sign/{token}/record", typed).content for token in links.values()}
    (page,) = pages
    said = ["Ōta &lt;Example&gt;" in page.decode(), "decision of the council" in page.decode()]
    assert said == [True, True]


def test_a_link_dies_with_the_deadline_and_not_a_moment_before(browser: Client) -> None:
    invitation, token = invited()
    begin(browser, token)
    record(browser, token, {**form(), "signed_page": upload(pdf())})
    inform(browser, token)
    at = timezone.now() + timedelta(hours=1)
    Declaration.objects.update(signatures_until=at)
    usable = [Invitation.objects.usable(moment).exists() for moment in (at - timedelta(microseconds=1), at)]
    assert usable == [True, False]
    # The page was open while it passed: what is submitted after it is recorded nowhere.
    carried = text_hash(token)
    Declaration.objects.update(signatures_until=timezone.now())
    assert browser.post(f"/sign/{token}/check", carried).status_code == 404
    invitation.refresh_from_db()
    assert [Signature.objects.get().state, invitation.used_at] == ["new", None]


def test_the_deadline_is_told_with_its_zone_so_that_the_doubled_hour_is_two(browser: Client) -> None:
    _invitation, token = invited()
    told = []
    for hour in (0, 1):  # 2:30 in Brussels, before and after the clocks went back
        Declaration.objects.update(signatures_until=datetime(2099, 10, 25, hour, 30, tzinfo=UTC))
        page = " ".join(text_of(browser.get(f"/sign/{token}")).split())
        told += [sentence for sentence in ("2:30 (CEST)", "2:30 (CET)") if sentence in page]
    assert told == ["2:30 (CEST)", "2:30 (CET)"]


def test_a_scanner_that_follows_every_link_of_a_mail_leaves_no_trace(browser: Client) -> None:
    invitation, token = invited()
    asked = code_for(invitation)
    tables = (Invitation, Signature, MailboxCode)
    before = [list(model.objects.values()) for model in tables]  # type: ignore[attr-defined]
    for step in ("", "/", "/code", "/record", "/meaning", "/check", "/decline"):
        for address in (
            f"/sign/{token}{step}",
            f"/sign/{token}{step}?code={asked}&send=1&text=en&then=check",
        ):
            browser.get(address)
            browser.head(address)
    assert [list(model.objects.values()) for model in tables] == before  # type: ignore[attr-defined]


@pytest.mark.parametrize("value", ["x" * 10_000, "\x00", "banana", "\u202e", "<script>"])
@pytest.mark.parametrize("step", ["", "/code", "/record", "/meaning", "/check", "/decline"])
def test_no_value_breaks_a_step(browser: Client, step: str, value: str) -> None:
    _invitation, token = invited()
    begin(browser, token)
    fields = (*form(), "text", "code", "informed", "reason", "receipt", "read_again", "body", "ratify_until")
    answer = browser.post(f"/sign/{token}{step}", {**dict.fromkeys(fields, value), **text_hash(token)})
    assert answer.status_code in (200, 302)
    asked = browser.get(f"/sign/{token}{step}", {"lang": "x" * 99, "text": "../..", "then": "//evil.example"})
    assert answer.status_code in (200, 302)
    assert "evil.example" not in asked.headers.get("Location", "")


# An office that does not sign.


def test_who_declined_may_sign_after_all_by_a_new_link(browser: Client) -> None:
    invitation, token = invited()
    let_in(browser, token)
    decline(browser, token, "Not now.")
    browser.post(f"/sign/{token}", {"new_link": "1"})
    look_whose()
    renewed = Invitation.objects.usable().get()
    assert [renewed.signatory, renewed.sent_by] == [invitation.signatory, invitation.sent_by]


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("", "Say why your office does not sign."),
        ("   \n", "Say why your office does not sign."),
        ("x" * 1001, "This is 1001 characters long. Shorten it to 1000."),
        ("a\x07b", "This has a character that cannot be printed. Type it again instead of pasting it."),
    ],
)
def test_declining_takes_a_reason_that_can_be_read(browser: Client, reason: str, message: str) -> None:
    invitation, token = invited()
    let_in(browser, token)
    page = decline(browser, token, reason)
    assert page.context["form"].errors == {"reason": [message]}
    invitation.refresh_from_db()
    assert invitation.declined_at is None


def test_the_second_click_on_declining_sees_that_it_is_done(browser: Client) -> None:
    _invitation, token = invited()
    let_in(browser, token)
    carried = text_hash(token)
    pages = [
        browser.post(f"/sign/{token}/decline", {"reason": "No.", "decline": "1", **carried})
        for _click in range(2)
    ]
    assert [page.status_code for page in pages] == [200, 200]
    assert pages[0].content == pages[1].content
    stranger = Client().post(f"/sign/{token}/decline", {"reason": "No.", "decline": "1", **carried})
    assert stranger.status_code == 404


def test_who_recorded_a_signature_withdraws_it_and_does_not_decline(browser: Client) -> None:
    signature = submitted()
    actions.ask_for_information(signature=signature, by=officer(), note="Which page?")
    invitation = signature.signatory.invitations.usable().get()
    token = actions.new_link(invitation=invitation)
    let_in(browser, token)
    assert decline(browser, token, "No.").headers["Location"] == f"/sign/{token}"
    with pytest.raises(actions.LinkNotUsable):
        actions.decline_invitation(invitation=invitation, reason="No.")
