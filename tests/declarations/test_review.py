"""Going through many signatures: the record beside its evidence, what is left, and nobody decides by accident."""

from __future__ import annotations

from typing import Any

import pytest

from declarations import actions
from declarations.admin.records import record_of
from declarations.findings import in_words
from declarations.models import Evidence, Signatory, Signature
from tests import factories
from tests.declarations.making import (
    draft,
    invited,
    office,
    officer,
    published,
    submitted,
    submitted_as_it_is,
)
from tests.declarations.test_admin import as_, only, root, said, text_of

pytestmark = pytest.mark.django_db

ALL = ("view_signature", "change_signature", "view_declaration", "view_evidence")


@pytest.fixture(autouse=True)
def _without_second_factor(settings: Any) -> None:
    settings.DEMONSTRATION = True


def three() -> list[Signature]:
    declaration = published()
    return [submitted(office(declaration)) for _number in range(3)]


def page_of(signature: Signature, query: str = "") -> str:
    return f"/admin/declarations/declaration/{signature.signatory.declaration_id}/review/{query}"


def decide(browser: Any, signature: Signature, what: str, note: str = "", **more: Any) -> Any:
    shown = browser.get(page_of(signature, f"?signature={signature.pk}"))
    fields = {"what": what, "signature": signature.pk, "seen": shown.context["seen"], f"{what}-note": note}
    return browser.post(page_of(signature), {**fields, **more}, follow=True)


def test_the_one_that_waits_longest_comes_first_and_the_others_follow() -> None:
    first, second, third = three()
    browser = as_(root())
    seen = [browser.get(page_of(first)).context]
    for _step in range(2):
        seen.append(browser.get(seen[-1]["after"]).context)
    assert [[one["signature"], one["place"], one["left"]] for one in seen] == [
        [first, 1, 3],
        [second, 2, 3],
        [third, 3, 3],
    ]
    assert [seen[0]["before"], seen[2]["after"]] == ["", ""]


def test_a_decision_leads_to_the_next_one() -> None:
    first, second, _third = three()
    response = decide(as_(root()), first, "verify")
    first.refresh_from_db()
    assert [first.state, response.context["signature"], response.context["left"], said(response)] == [
        "verified",
        second,
        2,
        [f"The signature of {first.signatory.organisation} is verified and public."],
    ]


def test_the_last_one_leaves_an_empty_list() -> None:
    signature = submitted()
    response = decide(as_(root()), signature, "refuse", "No signature on the page.")
    assert [response.context["signature"], "all is done" in text_of(response)] == [None, True]


def test_asking_and_refusing_want_a_note_and_keep_what_was_typed() -> None:
    first, *_rest = three()
    for what in ("ask", "refuse"):
        response = decide(as_(root()), first, what, " ")
        assert [
            response.context["signature"],
            "the office reads it and needs to know why" in text_of(response),
        ] == [
            first,
            True,
        ]
    long = decide(as_(root()), first, "ask", "x" * 10_000)
    assert ["x" * 10_000 in text_of(long), first.events.count()] == [True, 1]


def test_what_happened_meanwhile_is_shown_before_anything_is_decided() -> None:
    first, *_rest = three()
    browser = as_(root())
    seen = browser.get(page_of(first)).context["seen"]
    actions.ask_for_information(signature=first, by=officer(), note="Which council?")
    response = decide(browser, first, "refuse", "My reasons.", seen=seen)
    first.refresh_from_db()
    (sentence,) = said(response)
    assert [sentence.startswith("Something happened to this signature"), first.state] == [
        True,
        "needs_information",
    ]
    assert ["My reasons." in text_of(response), "Which council?" in text_of(response)] == [True, True]
    assert response.context["seen"] == str(first.events.latest("pk").pk)


@pytest.mark.parametrize("seen", ["", "0", "banana", "9" * 40])
def test_without_what_was_seen_nothing_is_decided(seen: str) -> None:
    signature = submitted()
    decide(as_(root()), signature, "verify", seen=seen)
    assert Signature.objects.get(pk=signature.pk).state == "submitted"


def test_who_has_a_part_reads_so_before_the_click_and_has_no_button() -> None:
    user = root()
    signature = submitted(by=user)
    response = as_(user).get(page_of(signature))
    page = text_of(response)
    assert [
        "You invited this office, so someone else has to decide on its signature." in page,
        [one["is"].name for one in response.context["decisions"]],
    ] == [True, ["ask", "take"]]
    response = decide(as_(user), signature, "verify")
    assert said(response) == ["You invited this office, so someone else has to decide on its signature."]


def test_the_list_is_narrowed_to_a_country_to_a_state_and_to_what_one_may_decide() -> None:
    user = root()
    declaration = published()
    belgian = submitted(office(declaration))
    polish = submitted(office(declaration, organisation=factories.organisation(country="PL")), by=user)
    asked = actions.ask_for_information(signature=submitted(office(declaration)), by=officer(), note="?")

    def shown(query: str) -> list[int]:
        return as_(user).get(page_of(belgian, query)).context["queue"].ids

    assert [shown(""), shown("?country=PL"), shown("?may=1"), shown("?state=asked"), shown("?state=x&country=banana")] == [
        [belgian.pk, polish.pk],
        [polish.pk],
        [belgian.pk],
        [asked.pk],
        [belgian.pk, polish.pk],
    ]  # fmt: skip


def test_a_signature_of_another_declaration_and_a_draft_are_not_found() -> None:
    first, other = submitted(), submitted()
    unsent = draft(invited(office(first.signatory.declaration))[0].signatory)
    browser = as_(root())
    addresses = [f"?signature={one}" for one in (other.pk, unsent.pk, 0, "banana", "9" * 30)]
    assert [browser.get(page_of(first, one)).status_code for one in addresses] == [404] * 5
    for pk in (other.pk, unsent.pk, "banana"):
        data = {"what": "verify", "signature": pk, "seen": "1"}
        assert browser.post(page_of(first), data).status_code == 404
    assert browser.post(page_of(first), {"what": "banana", "signature": first.pk}).status_code == 404
    assert browser.get("/admin/declarations/declaration/0/review/").status_code == 404


def test_reading_is_for_readers_and_deciding_for_those_who_decide() -> None:
    signature = submitted()
    reader, stranger = as_(only("view_signature", "view_declaration")), as_(only("view_session"))
    shown = reader.get(page_of(signature))
    data = {"what": "verify", "signature": signature.pk, "seen": shown.context["seen"]}
    assert [
        shown.context["decisions"],
        reader.post(page_of(signature), data).status_code,
        stranger.get(page_of(signature)).status_code,
    ] == [[], 403, 403]


def test_a_group_that_was_lost_while_the_page_was_open_decides_nothing() -> None:
    signature, user = submitted(), only(*ALL)
    browser = as_(user)
    seen = browser.get(page_of(signature)).context["seen"]
    user.user_permissions.clear()
    data = {"what": "verify", "signature": signature.pk, "seen": seen}
    assert [browser.post(page_of(signature), data).status_code, signature.events.count()] == [403, 1]


def test_the_same_number_of_queries_for_one_and_for_many(django_assert_max_num_queries: Any) -> None:
    first, *_rest = three()
    browser = as_(root())
    browser.get(page_of(first))
    with django_assert_max_num_queries(30):
        browser.get(page_of(first, "?may=1"))


def test_words_that_are_not_what_they_seem_are_pointed_at() -> None:
    signatory = office()
    invitation, _token = invited(signatory)
    signature = draft(signatory, signer_name="R\u043ebin Example")  # a Cyrillic o
    submitted_as_it_is(signature, invitation)
    page = as_(root()).get(page_of(signature))
    assert page.context["doubts"] == [("R\u043ebin Example", "letters of several scripts in one word")]


def test_the_name_that_becomes_public_is_shown_and_one_that_was_changed_since_is_pointed_at() -> None:
    signature = submitted()
    organisation = signature.signatory.organisation
    at_signing, organisation.name_en = organisation.name_en, "Another Town"
    organisation.save()
    record = record_of(Signature.objects.get(), by=officer())
    shown = {str(name): value for name, value in record["facts"]}["signatory"]
    assert [shown, [text for text, _why in record["doubts"]]] == [at_signing, [at_signing]]


def test_a_digital_signature_is_told_in_words_with_what_it_does_not_prove() -> None:
    finding = {
        "is_readable": True,
        "signed_by": "<b>Robin</b>",
        "organisation": "",
        "issued_by": "Authority",
        "certificate": "0" * 64,
        "signed_at": "2026-11-20T10:00:00+00:00",
        "is_stamped": False,
        "is_intact": True,
        "covers": "whole",
        "changes": "none",
        "revisions_after": 0,
        "is_trusted": False,
        "is_self_signed": False,
    }
    [sound] = in_words([finding])
    assert [sound.is_sound, sound.sentences[0], len(sound.sentences)] == [
        True,
        "Digitally signed by <b>Robin</b>: so says the certificate.",
        4,
    ]
    worse: list[dict[str, Any]] = [
        {**finding, "is_intact": False},
        {**finding, "covers": "part"},
        {**finding, "changes": "other", "covers": "earlier", "revisions_after": 1},
        {"is_readable": False},
    ]
    assert [one.is_sound for one in in_words(worse)] == [False] * 4
    signature = draft(office())
    Evidence.objects.filter(signature=signature).update(findings=[finding])
    invitation, _token = invited(signature.signatory)
    submitted_as_it_is(signature, invitation)
    page = text_of(as_(root()).get(page_of(signature)))
    assert [
        "&lt;b&gt;Robin&lt;/b&gt;" in page,
        "A digital signature does not show that this person holds the office" in page,
    ] == [True, True]


def test_the_page_that_counts_comes_first_and_an_older_one_is_folded_away() -> None:
    signature = submitted()
    (page,) = signature.evidence.all()
    # The newest page, as after a question; rows of a submitted record are written by nobody else.
    rows = [("decision", "decision.pdf"), ("signed_page", "second.pdf")]
    actions.ask_for_information(signature=signature, by=officer(), note="Which council?")
    for kind, name in rows:
        Evidence.objects.create(
            signature=signature, kind=kind, file="none", name=name, content_type="application/pdf", size=1
        )
    context = as_(root()).get(page_of(signature, f"?signature={signature.pk}")).context
    assert [[file.name for file, _found in context[name]] for name in ("files", "older_files")] == [
        ["second.pdf", "decision.pdf"],
        [page.name],
    ]


def test_what_an_officer_may_do_stands_beside_the_file_with_the_language_of_the_office() -> None:
    signature = submitted()
    Signatory.objects.update(language="it")
    page = text_of(as_(root()).get(page_of(signature)))
    assert "It is written to in this language: Italiano." in page
    assert page.index("ar-decisions") < page.index("Download the file as it was sent")


def test_the_record_s_own_page_has_no_button_that_would_be_refused() -> None:
    by = root()
    signature = submitted(by=by)
    pages = [
        text_of(as_(user).get(f"/admin/declarations/signature/{signature.pk}/change/"))
        for user in (by, root())
    ]
    assert [[f"/{step}/" in page for step in ("verify", "refuse", "ask")] for page in pages] == [
        [False, False, True],
        [True, True, True],
    ]


def test_the_way_back_to_the_declaration_and_its_campaign_stands_on_the_page() -> None:
    signature = submitted()
    at = f"/admin/declarations/declaration/{signature.signatory.declaration_id}/"
    page = text_of(as_(root()).get(page_of(signature)))
    assert [f"{at}change/" in page, f"{at}campaign/" in page] == [True, True]
