"""The officers' pages of a declaration's text: writing, preview, and freezing as two steps of two people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from declarations import actions
from declarations.models import Declaration
from declarations.models.texts import hash_of_texts
from efus_conference.models import User
from tests import factories
from tests.declarations.making import officer, published, refused_by

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_second_factor(settings: Any) -> None:
    settings.DEMONSTRATION = True


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def root() -> User:
    return officer(is_superuser=True)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def url(pk: int | str, step: str = "change") -> str:
    return f"/admin/declarations/declaration/{pk}/{step}/"


def draft(**fields: Any) -> Declaration:
    declaration = factories.declaration(**fields)
    declaration.title_fr = "Titre"
    declaration.save()
    return declaration


def seen(declaration: Declaration) -> dict[str, str]:
    return {"seen": hash_of_texts(list(declaration.texts.all()))}


def typed(declaration: Declaration, **fields: Any) -> dict[str, Any]:
    """What the page of a draft sends, its two texts unchanged."""
    sent: dict[str, Any] = {
        "slug": declaration.slug,
        "kind": "declaration",
        "order": "1",
        "title_en": declaration.title,
        "title_fr": "Titre",
        "texts-TOTAL_FORMS": "2",
        "texts-INITIAL_FORMS": "2",
        "points-TOTAL_FORMS": "0",
        "points-INITIAL_FORMS": "0",
        **seen(declaration),
    }
    for place, text in enumerate(declaration.texts.order_by("language")):
        for name, value in {
            "id": text.pk,
            "declaration": declaration.pk,
            "language": text.language,
            "status": text.status,
            "body": text.body,
        }.items():
            sent[f"texts-{place}-{name}"] = value
    return {**sent, **fields}


def errors_of(response: Any) -> dict[str, list[str]]:
    return dict(response.context["adminform"].form.errors)


def test_one_proposes_and_another_freezes_each_with_all_the_hashes_before() -> None:
    first, second, declaration = as_(root()), as_(root()), draft()
    hashes = [*(text.sha256 for text in declaration.texts.all()), seen(declaration)["seen"]]
    pages = [text_of(first.get(url(declaration.pk, "propose")))]
    response = first.post(url(declaration.pk, "propose"), seen(declaration), follow=True)
    pages.append(text_of(second.get(url(declaration.pk, "publish"))))
    assert [
        said(response),
        [each in page for page in pages for each in hashes],
        "Someone else has to freeze them." in pages[1],
        Declaration.objects.get().is_published,
    ] == [["Freezing is proposed. Someone else has to freeze the texts."], [True] * 6, True, False]
    again = first.post(url(declaration.pk, "publish"), seen(declaration))
    assert said(again) == ["You proposed these texts, so someone else has to freeze them."]
    second.post(url(declaration.pk, "publish"), seen(declaration))
    declaration.refresh_from_db()
    assert [declaration.is_published, declaration.text_hash] == [True, hashes[2]]
    assert said(second.post(url(declaration.pk, "publish")))[-1:] == [
        "This declaration is published already."
    ]
    assert "frozen by" in text_of(first.get(url(declaration.pk)))


@pytest.mark.parametrize("stale", [None, "", "0" * 64, "\x00", "x" * 10_000])
@pytest.mark.parametrize("step", ["propose", "publish"])
def test_a_page_that_shows_other_texts_does_nothing(step: str, stale: str | None) -> None:
    browser, declaration = as_(root()), draft()
    as_(root()).post(url(declaration.pk, "propose"), seen(declaration))
    proposer = Declaration.objects.get().proposed_by
    response = browser.post(url(declaration.pk, step), {} if stale is None else {"seen": stale})
    after = Declaration.objects.get()
    assert [response.status_code, after.is_published, after.proposed_by] == [200, False, proposer]


def test_a_change_after_the_proposal_is_said_where_it_stands() -> None:
    declaration, browser = draft(), as_(root())
    assert "Nobody has proposed these texts yet." in text_of(browser.get(url(declaration.pk)))
    browser.post(url(declaration.pk, "propose"), seen(declaration))
    sent = typed(declaration, **{"texts-0-body": "1. Others act."})
    assert browser.post(url(declaration.pk), sent).status_code == 302
    assert "a text was changed since" in text_of(browser.get(url(declaration.pk)))
    response = as_(root()).post(url(declaration.pk, "publish"), seen(declaration))
    assert said(response) == [
        "A text was changed after freezing was proposed. Read the texts again and propose them anew."
    ]


def test_of_two_who_write_the_second_overwrites_nothing() -> None:
    declaration, browser = draft(), as_(root())
    one = typed(declaration, **{"texts-0-body": "1. One."})
    two = typed(declaration, **{"texts-1-body": "1. Deux.", "title_en": "Typed"})
    assert browser.post(url(declaration.pk), one).status_code == 302
    response = browser.post(url(declaration.pk), two)
    assert ["Someone changed a text since you opened this page." in text_of(response), "Deux." in text_of(response)] == [True, True]  # fmt: skip
    assert [text.body for text in declaration.texts.order_by("language")] == [
        "1. One.",
        "# Préambule\n\n1. Les villes agissent.\n",
    ]


def test_a_frozen_text_takes_no_typed_change_even_from_a_page_opened_before() -> None:
    declaration, browser = draft(), as_(root())
    sent = typed(declaration, **{"texts-0-body": "1. Others act."})
    factories.publish(declaration)
    browser.post(url(declaration.pk), sent)
    assert declaration.texts.get(language="en").body == "# Preamble\n\n1. Cities act.\n"


def test_the_preview_shows_a_draft_to_officers_side_by_side_and_what_to_look_at() -> None:
    declaration = draft(slug="d")
    declaration.texts.filter(language="en").update(body="1. Cit\u200bies.\n\n2. <b>More</b> [x](ftp://y).")
    browser = as_(root())
    response = browser.get(url(declaration.pk, "preview"))
    page = text_of(response)
    assert [
        "Article 2 is missing in the text in Français." in page,
        "U+200B ZERO WIDTH SPACE" in page,
        "[x](ftp://y)” stays text" in page,
        "&lt;b&gt;More&lt;/b&gt;" in page,
        "Not in the text in Français." in page,
        seen(declaration)["seen"] in page,
        "/declarations/d/text.en.txt" in page,
        "no-store" in response.headers["Cache-Control"],
    ] == [True] * 6 + [False, True]
    for asked in ("en", "fr", "xx", "", "x" * 5000, "%00"):
        assert browser.get(url(declaration.pk, "preview"), {"text": asked}).status_code == 200
    assert [client.get(url(declaration.pk, "preview")).status_code for client in (Client(), as_(factories.user()), as_(officer()))] == [302, 302, 403]  # fmt: skip


def test_a_declaration_without_texts_has_a_preview_too() -> None:
    declaration = draft()
    declaration.texts.all().delete()
    assert "There is no text yet." in text_of(as_(root()).get(url(declaration.pk, "preview")))


def test_accents_are_joined_when_a_text_is_saved() -> None:
    declaration = draft()
    sent = typed(declaration, **{"texts-1-body": "1. Lie\u0300ge.\r\n\r\n2. Deux.\r\n"})
    assert as_(root()).post(url(declaration.pk), sent).status_code == 302
    assert declaration.texts.get(language="fr").body == "1. Liège.\n\n2. Deux.\n"


def test_a_text_beyond_measure_or_with_marks_that_turn_the_writing_is_refused_and_kept_on_the_page() -> None:
    declaration, browser = draft(), as_(root())
    for body in ("x" * 200_001, "  \r\n", "1. a\u202eb", "1. a\x07b", "1. a\x00b"):
        response = browser.post(url(declaration.pk), typed(declaration, **{"texts-0-body": body}))
        formset = response.context["inline_admin_formsets"][0].formset
        assert [response.status_code, [list(errors) for errors in formset.errors]] == [200, [["body"], []]]


UNTIL = {
    "skipped": ("2027-03-28", "02:30:00"),
    "doubled": ("2026-10-25", "02:30:00"),
}


@pytest.mark.parametrize(
    ("night", "why"),
    [
        ("skipped", "The clocks skip this time: summer time begins. Choose one before or after it."),
        ("doubled", "The clocks show this time twice: summer time ends. Choose one before or after it."),
    ],
)
def test_an_end_in_the_hour_that_the_clocks_skip_or_double_is_a_sentence(night: str, why: str) -> None:
    declaration = draft()
    day, time = UNTIL[night]
    sent = typed(declaration, signatures_until_0=day, signatures_until_1=time)
    assert errors_of(as_(root()).post(url(declaration.pk), sent)) == {"signatures_until": [why]}


def test_the_end_is_typed_and_shown_on_the_clocks_of_the_office_in_summer_and_winter() -> None:
    declaration, browser = draft(), as_(root())
    for day, hour in (("2027-07-01", 21), ("2027-12-01", 22)):
        sent = typed(declaration, signatures_until_0=day, signatures_until_1="23:59:00")
        assert browser.post(url(declaration.pk), sent).status_code == 302
        declaration.refresh_from_db()
        year, month, date = (int(part) for part in day.split("-"))
        page = text_of(browser.get(url(declaration.pk)))
        assert [declaration.signatures_until, "23:59:00" in page] == [
            datetime(year, month, date, hour, 59, tzinfo=UTC),
            True,
        ]


@pytest.mark.parametrize(
    ("day", "time"),
    [("0001-01-01", "00:00:00"), ("9999-12-31", "23:59:00"), ("banana", "x"), ("2027-05-19", "")],
)
def test_an_end_that_is_no_moment_of_ours_is_refused(day: str, time: str) -> None:
    declaration = draft()
    sent = typed(declaration, signatures_until_0=day, signatures_until_1=time)
    assert list(errors_of(as_(root()).post(url(declaration.pk), sent))) == ["signatures_until"]


def test_what_stands_around_a_frozen_text_stays_open() -> None:
    declaration, earlier, browser = published(), published(), as_(root())
    sent = {
        "order": "1",
        "seen": "",
        "signatures_until_0": "2030-01-01",
        "signatures_until_1": "12:00:00",
        "shows_recorded": "on",
        "is_open_to_signatures": "on",
        "supersedes": earlier.pk,
        "adopted_on": "2030-01-02",
        "texts-TOTAL_FORMS": "0",
        "texts-INITIAL_FORMS": "0",
        "points-TOTAL_FORMS": "0",
        "points-INITIAL_FORMS": "0",
    }
    assert browser.post(url(declaration.pk), sent).status_code == 302
    declaration.refresh_from_db()
    assert [
        declaration.signatures_until,
        declaration.shows_recorded,
        declaration.supersedes,
        str(declaration.adopted_on),
    ] == [datetime(2030, 1, 1, 11, tzinfo=UTC), True, earlier, "2030-01-02"]
    sent["signatures_until_0"] = "2020-01-01"
    assert errors_of(browser.post(url(declaration.pk), sent)) == {
        "signatures_until": ["This lies before the declaration was published."]
    }


def test_a_text_takes_the_place_of_none_that_takes_its_own() -> None:
    first = draft()
    second = draft(supersedes=first, based_on=first)
    third = draft(supersedes=second, based_on=second)
    sent = typed(first, supersedes=third.pk, based_on=third.pk)
    why = "That text comes from this one itself. Choose one that came before."
    assert errors_of(as_(root()).post(url(first.pk), sent)) == {"based_on": [why], "supersedes": [why]}


def test_buttons_to_freeze_stand_on_drafts_alone() -> None:
    browser, declaration, frozen = as_(root()), draft(), published()
    found = [
        [f"/{step}/" in text_of(browser.get(url(each.pk))) for step in ("preview", "propose", "publish")]
        for each in (declaration, draft(is_historical=True), frozen)
    ]
    assert found == [[True] * 3, [True, False, True], [False] * 3]


def test_what_stands_against_publication_is_said() -> None:
    declaration = factories.declaration()
    response = as_(root()).post(url(declaration.pk, "publish"))
    assert said(response) == ["Give the title in English and in the language of each text first."]


def test_line_ends_of_a_browser_are_stored_as_one_byte() -> None:
    browser = as_(root())
    response = browser.post(
        "/admin/declarations/declaration/add/",
        {
            "slug": "new",
            "kind": "declaration",
            "order": "1",
            "title_en": "New",
            "texts-TOTAL_FORMS": "1",
            "texts-INITIAL_FORMS": "0",
            "texts-0-language": "en",
            "texts-0-status": "authentic",
            "texts-0-body": "One.\r\n\r\nTwo.",
            "points-TOTAL_FORMS": "0",
            "points-INITIAL_FORMS": "0",
        },
    )
    assert response.status_code == 302
    assert Declaration.objects.get(slug="new").texts.get().body == "One.\n\nTwo."


def test_a_text_in_no_language_code_is_refused_before_it_would_break_its_page_for_ever() -> None:
    declaration = factories.declaration()
    text = declaration.texts.get(language="en")
    response = as_(root()).post(
        url(declaration.pk),
        {
            "slug": declaration.slug,
            "kind": "declaration",
            "order": "1",
            "title_en": "New",
            "texts-TOTAL_FORMS": "1",
            "texts-INITIAL_FORMS": "1",
            "texts-0-id": text.pk,
            "texts-0-declaration": declaration.pk,
            "texts-0-language": "Deutsch AT",
            "texts-0-status": "authentic",
            "texts-0-body": "Städte …",
            "points-TOTAL_FORMS": "0",
            "points-INITIAL_FORMS": "0",
        },
    )
    (formset, _points) = response.context["inline_admin_formsets"]
    assert formset.formset.errors == [{"language": ["Give the language by its code, such as de or pt-BR."]}]
    assert refused_by(lambda: declaration.texts.update(language="Deutsch AT")) == "text_language_is_a_code"


def test_what_wants_a_second_look_is_ticked_before_it_is_frozen_for_ever() -> None:
    declaration = draft()
    declaration.texts.filter(language="en").update(body="1. Cities.\n\n2. More.")
    actions.propose_freezing(declaration=declaration, by=root())
    browser = as_(root())
    asked = browser.get(url(declaration.pk, "publish"))
    assert asked.context["warnings"] == ["Article 2 is missing in the text in Français."]
    done = []
    for more in ({}, {"is_meant": "on"}):
        browser.post(url(declaration.pk, "publish"), {**seen(declaration), **more})
        done.append(Declaration.objects.get().is_published)
    assert done == [False, True]


def test_who_freezes_reads_whether_offices_can_sign_then() -> None:
    sentence = "No office can sign it yet"
    pages = [
        text_of(as_(root()).get(url(draft(is_open_to_signatures=is_open).pk, "publish")))
        for is_open in (True, False)
    ]
    assert [sentence in page for page in pages] == [False, True]


def test_what_cannot_be_proposed_has_no_button_and_no_green_preview() -> None:
    declaration = draft()
    declaration.texts.update(status="translation")
    browser = as_(root())
    found = [browser.get(url(declaration.pk, step)) for step in ("preview", "propose", "publish")]
    assert ["authentic" in text_of(page) for page in found] == [True] * 3
    assert "Nothing in these texts needs a second look" not in text_of(found[0])
    assert [page.context["button"] for page in found[1:]] == ["", ""]


def test_a_draft_has_no_page_on_the_site_to_view() -> None:
    browser = as_(root())
    found = ["/declarations/d/" in text_of(browser.get(url(one.pk))) for one in (draft(slug="d"),)]
    assert [found, "View on site" in text_of(browser.get(url(published().pk)))] == [[False], True]


def test_a_frozen_text_is_shown_line_by_line() -> None:
    declaration = draft()
    declaration.texts.filter(language="en").update(body="# Articles\n\n1. <b>Safety</b>.")
    factories.publish(declaration)
    page = text_of(as_(root()).get(url(declaration.pk)))
    assert (
        '<div class="whitespace-pre-wrap" lang="en"># Articles\n\n1. &lt;b&gt;Safety&lt;/b&gt;.</div>' in page
    )
