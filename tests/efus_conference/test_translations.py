"""Which texts lack a language, page by page, and the way through a translator and back."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from modeltranslation.translator import translator

from archive.actions.pages import draft_of, make_page, publish
from archive.models import Block, NewsItem, Page, PageVersion
from efus_conference.models import Edition, User
from efus_conference.views.translations.places import PARTS, PLACES, fields_of
from efus_conference.views.translations.sheets import COLUMNS
from programme.models import Session
from registration.models import Consent, ConsentText
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return factories.edition(is_current=True)


@pytest.fixture
def session(edition: Edition) -> Session:
    return factories.session(
        edition,
        title_en="Streets that are lit",
        title_fr="Des rues éclairées",
        abstract_en="Why light is not enough.",
        abstract_fr="",
        kind=factories.kind(name_fr="Plénière", name_plural_fr="Plénières"),
    )


def organiser(*rights: str) -> Client:
    """Somebody who may do this and no more; without arguments everything."""
    user = factories.user(is_staff=True, is_superuser=not rights)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client = Client()
    client.force_login(user)
    return client


def sheet(client: Client, language: str = "fr", edition: str = "all") -> list[list[Any]]:
    answer = client.get("/admin/translations/sheet/", {"language": language, "edition": edition})
    assert answer.status_code == 200
    book = openpyxl.load_workbook(BytesIO(answer.content))
    return [[cell.value for cell in row] for row in book.active.iter_rows()]


def filled_in(rows: list[list[Any]], translations: dict[str, str]) -> SimpleUploadedFile:
    """The sheet with translations by the text they translate."""
    book = openpyxl.Workbook()
    book.active.append(rows[0])
    for row in rows[1:]:
        book.active.append([*row[:5], translations.get(row[3], ""), *row[6:]])
    content = BytesIO()
    book.save(content)
    return SimpleUploadedFile("translations.xlsx", content.getvalue())


def send(client: Client, upload: SimpleUploadedFile) -> Any:
    return client.post("/admin/translations/back/?language=fr&edition=all", {"sheet": upload})


def send_and_confirm(client: Client, upload: SimpleUploadedFile) -> list[str]:
    """The messages that follow."""
    shown = send(client, upload)
    answer = client.post(
        "/admin/translations/back/?language=fr&edition=all", {"key": shown.context["key"]}, follow=True
    )
    return [str(message) for message in answer.context["messages"]]


def test_every_translated_text_of_the_site_has_its_place_in_the_list() -> None:
    translated = {model._meta.label for model in translator.get_registered_models(abstract=False)}
    assert set(PLACES) == translated
    assert {place.part for place in PLACES.values()} == {key for key, _name in PARTS}
    assert all(fields_of(apps.get_model(label)) for label in PLACES)


def test_the_list_names_each_page_and_what_it_lacks(session: Session) -> None:
    answer = organiser().get("/admin/translations/", {"language": "fr", "edition": session.edition.slug})
    found = {
        str(page.row): [(text.field, text.source_language, text.source) for text, _address in texts]
        for part, pages in answer.context["parts"]
        for page, texts in pages
        if page.part == "session"
    }
    assert found == {str(session): [("abstract", "en", "Why light is not enough.")]}


def test_an_address_that_asks_for_another_language_or_edition_is_read_as_the_first(session: Session) -> None:
    answer = organiser().get("/admin/translations/", {"language": "xx", "edition": "x" * 10_000})
    assert (answer.context["asked"].language, answer.context["asked"].edition) == ("fr", session.edition)


def test_only_what_an_organiser_may_read_is_listed(session: Session) -> None:
    def parts(*rights: str) -> set[str]:
        answer = organiser(*rights).get("/admin/translations/", {"language": "nl", "edition": "all"})
        return {page.part for _part, pages in answer.context["parts"] for page, _texts in pages}

    factories.category(session.edition, name_nl="")
    assert {"registration", "session", "programme"} <= parts()
    assert parts("view_session", "view_edition") == {"session"}
    assert parts("view_category") == {"registration"}


def test_a_sheet_has_a_row_for_each_missing_text_and_locks_all_but_the_translations(session: Session) -> None:
    client = organiser()
    rows = sheet(client, edition=session.edition.slug)
    [row] = [row for row in rows if row[3] == "Why light is not enough."]
    assert row[2:6] == ["English", "Why light is not enough.", "Français", None]
    assert row[6] == f"programme.Session:{session.pk}:abstract:fr"
    answer = client.get("/admin/translations/sheet/", {"language": "fr", "edition": session.edition.slug})
    book = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert book.protection.sheet
    assert {
        cell.column_letter for row in book.iter_rows(min_row=2) for cell in row if not cell.protection.locked
    } == {"F"}


def test_a_sheet_that_comes_back_is_shown_and_then_entered(session: Session) -> None:
    client = organiser()
    upload = filled_in(sheet(client), {"Why light is not enough.": "Pourquoi la lumière ne suffit pas."})
    shown = send(client, upload)
    assert [entry.translation for entry in shown.context["result"].entries] == [
        "Pourquoi la lumière ne suffit pas."
    ]
    session.refresh_from_db()
    assert not session.abstract_fr  # type: ignore[attr-defined]
    answer = client.post("/admin/translations/back/?language=fr&edition=all", {"key": shown.context["key"]})
    assert answer.status_code == 302
    session.refresh_from_db()
    assert session.abstract_fr == "Pourquoi la lumière ne suffit pas."  # type: ignore[attr-defined]
    assert LogEntry.objects.filter(object_id=str(session.pk)).count() == 1
    # The second half of a double click finds nothing.
    answer = client.post("/admin/translations/back/", {"key": shown.context["key"]}, follow=True)
    assert [message.level_tag for message in answer.context["messages"]][-1] == "warning"


def test_a_text_that_changed_since_the_sheet_was_made_is_left_out_and_named(session: Session) -> None:
    client = organiser()
    upload = filled_in(sheet(client), {"Why light is not enough.": "Pourquoi la lumière ne suffit pas."})
    Session.objects.filter(pk=session.pk).update(abstract_en="Light alone does not help.")
    result = send(client, upload).context["result"]
    assert not result.entries
    [(line, _sentence)] = result.problems
    assert line.translation == "Pourquoi la lumière ne suffit pas."


def test_a_text_that_changes_between_the_two_steps_is_left_as_it_is(session: Session) -> None:
    client = organiser()
    upload = filled_in(sheet(client), {"Why light is not enough.": "Pourquoi la lumière ne suffit pas."})
    shown = send(client, upload)
    Session.objects.filter(pk=session.pk).update(abstract_en="Light alone does not help.")
    client.post("/admin/translations/back/", {"key": shown.context["key"]})
    session.refresh_from_db()
    assert not session.abstract_fr  # type: ignore[attr-defined]


def test_a_translation_that_somebody_entered_meanwhile_stays(session: Session) -> None:
    client = organiser()
    upload = filled_in(sheet(client), {"Why light is not enough.": "Pourquoi la lumière ne suffit pas."})
    Session.objects.filter(pk=session.pk).update(abstract_fr="La lumière seule ne suffit pas.")
    result = send(client, upload).context["result"]
    assert (len(result.entries), len(result.problems)) == (0, 1)


def test_nobody_enters_by_a_sheet_what_they_may_not_change_on_its_page(session: Session) -> None:
    upload = filled_in(sheet(organiser()), {"Why light is not enough.": "Pourquoi la lumière ne suffit pas."})
    desk = organiser("view_session")
    result = send(desk, upload).context["result"]
    assert (len(result.entries), len(result.problems)) == (0, 1)


def test_what_came_from_word_is_tidied_and_a_title_stays_in_one_line(session: Session) -> None:
    Session.objects.filter(pk=session.pk).update(title_fr="")
    client = organiser()
    texts = {
        "Why light is not enough.": '<p class="MsoNormal"><b>Pourquoi</b> la lumière</p><script>alert(1)</script>',
        "Streets that are lit": "Des rues\néclairées",
    }
    send_and_confirm(client, filled_in(sheet(client), texts))
    session.refresh_from_db()
    assert session.abstract_fr == "**Pourquoi** la lumière"  # type: ignore[attr-defined]
    assert session.title_fr == "Des rues éclairées"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("translation", "entered"), [("x" * 10_000, 0), ("\u202eéclairées", 0), ("=1+1", 1), ("   ", 0)]
)
def test_a_translation_that_the_field_would_refuse_is_named(
    session: Session, translation: str, entered: int
) -> None:
    Session.objects.filter(pk=session.pk).update(title_fr="")
    client = organiser()
    rows = sheet(client)
    book = openpyxl.Workbook()
    book.active.append(rows[0])
    [row] = [row for row in rows if row[3] == "Streets that are lit"]
    book.active.append([*row[:5], None, *row[6:]])
    cell = book.active.cell(row=2, column=6)
    cell.value = translation
    cell.data_type = "s"
    content = BytesIO()
    book.save(content)
    result = send(client, SimpleUploadedFile("t.xlsx", content.getvalue())).context["result"]
    assert len(result.entries) == entered


@pytest.mark.parametrize(
    "reference",
    [
        "",
        "banana",
        "programme.Session:1:title",
        "auth.User:1:email:fr",
        "programme.Session:99999999999999999999:title:fr",
        "programme.Session:1:code:fr",
        "programme.Session:1:title:xx",
    ],
)
def test_a_reference_that_was_changed_leads_nowhere(session: Session, reference: str) -> None:
    client = organiser()
    rows = sheet(client)
    rows[1][6] = reference
    upload = filled_in(rows, {rows[1][3]: "Quelque chose"})
    result = send(client, upload).context["result"]
    assert not [entry for entry in result.entries if entry.line.number == 2]


@pytest.mark.parametrize(
    "content",
    [b"", b"banana", b"PK\x03\x04 nothing", b"%PDF-1.7", b"a;b\n1;2\n", b"\0" * 100, b"x" * 6_000_000],
)
def test_another_file_is_refused_with_a_sentence(session: Session, content: bytes) -> None:
    answer = send(organiser(), SimpleUploadedFile("translations.xlsx", content))
    assert answer.status_code == 422
    assert len(answer.context["form"].errors["sheet"]) == 1


def test_who_enters_texts_of_sessions_is_told_when_they_reach_the_public(session: Session) -> None:
    client = organiser()
    messages = send_and_confirm(client, filled_in(sheet(client), {"Why light is not enough.": "Pourquoi ?"}))
    assert len(messages) == 2  # that it is entered, and the next release


def test_words_that_were_agreed_to_stay_and_the_others_are_entered(session: Session) -> None:
    client = organiser()
    agreed = ConsentText.objects.create(
        edition=session.edition, purpose="photos", version=1, text_en="I may be in pictures.", text_fr=""
    )
    upload = filled_in(
        sheet(client),
        {"I may be in pictures.": "Je peux être en photo.", "Why light is not enough.": "Pourquoi ?"},
    )
    shown = send(client, upload)
    someone = factories.registration(session.edition)
    Consent.objects.create(registration=someone, text=agreed, language="en")
    answer = client.post("/admin/translations/back/", {"key": shown.context["key"]})
    assert answer.status_code == 302
    session.refresh_from_db()
    agreed.refresh_from_db()
    assert (session.abstract_fr, agreed.text_fr or "") == ("Pourquoi ?", "")  # type: ignore[attr-defined]


def test_what_a_public_page_lacks_is_entered_into_its_draft(session: Session) -> None:
    page = Page(edition=session.edition, kind="travel", slug="travel", title_en="Travel", title_fr="Venir")
    make_page(
        page=page,
        by=None,
        blocks=[Block(kind="text", text_en="By train, from Brussels.", title_en="By rail")],
    )
    public = publish(page=page, by=None)
    client = organiser()
    upload = filled_in(
        sheet(client), {"By train, from Brussels.": "En train, depuis Bruxelles.", "By rail": "Par le rail"}
    )
    said = send_and_confirm(client, upload)
    assert len(said) == 2, said  # that they are entered, and that the draft is to be published
    [block] = public.blocks.all()
    [drafted] = page.versions.get(publishes_at=None).blocks.all()
    assert (
        getattr(block, "text_fr", "") or "",
        *(getattr(drafted, name) for name in ("text_fr", "title_fr")),
    ) == (
        "",
        "En train, depuis Bruxelles.",
        "Par le rail",
    )
    # What waits in the draft is not asked for again.
    assert "By rail" not in {row[3] for row in sheet(client)}


def a_public_page(edition: Edition, texts: list[str]) -> tuple[Page, PageVersion]:
    page = Page(edition=edition, kind="travel", slug="travel", title_en="Travel", title_fr="Venir")
    blocks = [Block(kind="text", text_en=text, order=place) for place, text in enumerate(texts, start=1)]
    make_page(page=page, by=None, blocks=blocks)
    return page, publish(page=page, by=None)


def in_rows(rows: list[list[Any]], translations: list[str]) -> SimpleUploadedFile:
    """A sheet of some rows, each with its translation, in their order."""
    return filled_in(
        [HEADINGS, *([*row[:3], str(place), *row[4:]] for place, row in enumerate(rows))],
        {str(place): translation for place, translation in enumerate(translations)},
    )


HEADINGS = [name for name, _width in COLUMNS]


def test_blocks_that_say_the_same_get_each_its_own_translation(session: Session) -> None:
    page, _version = a_public_page(session.edition, ["More", "By train.", "More"])
    client = organiser()
    first, last = (row for row in sheet(client) if row[3] == "More")
    send_and_confirm(client, in_rows([last, first], ["Encore", "Plus"]))
    drafted = page.versions.get(publishes_at=None).blocks.order_by("order")
    assert [getattr(block, "text_fr", "") or "" for block in drafted] == ["Plus", "", "Encore"]


def test_a_draft_is_not_made_for_a_text_that_the_page_has_no_more(session: Session) -> None:
    page, _version = a_public_page(session.edition, ["By train, from Brussels."])
    client = organiser()
    upload = filled_in(sheet(client), {"By train, from Brussels.": "En train."})
    draft = draft_of(page=page, by=None)
    draft.blocks.update(text_en="By bus.")
    publish(page=page, by=None)
    said = send_and_confirm(client, upload)
    assert (len(said), page.versions.filter(publishes_at=None).exists()) == (1, False)


def test_a_sheet_asks_the_database_little_for_each_text(session: Session) -> None:
    asked = []
    for count in (2, 12):
        page, _version = a_public_page(session.edition, [f"Text {number}" for number in range(count)])
        client = organiser()
        rows = [row for row in sheet(client) if str(row[3]).startswith("Text ")]
        shown = send(client, in_rows(rows, ["Texte"] * count))
        with CaptureQueriesContext(connection) as queries:
            client.post("/admin/translations/back/", {"key": shown.context["key"]})
        drafted = page.versions.get(publishes_at=None).blocks.all()
        assert {getattr(block, "text_fr", "") for block in drafted} == {"Texte"}
        asked.append(len(queries))
        page.delete()
    assert asked[1] - asked[0] <= 10 * 5  # a savepoint around the row and its line in the history


@pytest.mark.parametrize(
    "link", ["[mot](//evil.example)", "[mot](javascript:alert(1))", "[b][1]\n\n[1]: /\\\\x"]
)
def test_a_link_that_the_form_refuses_does_not_come_in_by_a_sheet(session: Session, link: str) -> None:
    item = NewsItem.objects.create(slug="one", title_en="One", title_fr="Un", text_en="What is new.")
    client = organiser()
    upload = filled_in(sheet(client), {"What is new.": link, "Why light is not enough.": "Pourquoi ?"})
    result = send(client, upload).context["result"]
    assert [entry.translation for entry in result.entries] == ["Pourquoi ?"]
    assert ["no address a reader can follow" in problem for _line, problem in result.problems] == [True]
    assert not NewsItem.objects.get(pk=item.pk).text_fr  # type: ignore[attr-defined]


def test_one_cell_with_too_many_boxes_leaves_the_other_rows_as_they_are(session: Session) -> None:
    NewsItem.objects.create(slug="one", title_en="One", title_fr="Un", text_en="What is new.")
    client = organiser()
    texts = {"What is new.": "<div>" * 1500, "Why light is not enough.": "Pourquoi ?"}
    result = send(client, filled_in(sheet(client), texts)).context["result"]
    assert (len(result.entries), len(result.problems)) == (1, 1)


def test_rows_that_were_left_out_stand_on_the_page_and_in_one_message(session: Session) -> None:
    for number in range(3):
        factories.session(session.edition, title_en=f"Another {number}", title_fr="", abstract_en="")
    client = organiser()
    texts = {f"Another {number}": "x" * 10_000 for number in range(3)}
    shown = send(client, filled_in(sheet(client), {**texts, "Why light is not enough.": "Pourquoi ?"}))
    answer = client.post("/admin/translations/back/", {"key": shown.context["key"]}, follow=True)
    assert len(answer.context["messages"]) == 3  # what is entered, how many are not, and the next release
    assert len(answer.context["left_out"]) == 3
    assert answer.content.decode().count('class="al-bad"') == 3
    # It is nobody else's.
    assert (
        not organiser()
        .get(answer.request["PATH_INFO"] + "?" + answer.request["QUERY_STRING"])
        .context["left_out"]
    )


def test_the_list_asks_the_database_as_often_for_many_as_for_few(
    session: Session, django_assert_max_num_queries: Any
) -> None:
    client = organiser()
    client.get("/admin/translations/", {"edition": "all"})
    for number in range(5):
        factories.session(session.edition, title_en=f"One more {number}")
    with django_assert_max_num_queries(60):
        client.get("/admin/translations/", {"edition": "all"})


def test_users_of_no_group_see_an_empty_list() -> None:
    user = User.objects.create_user("someone@example.org", is_staff=True)
    client = Client()
    client.force_login(user)
    assert client.get("/admin/translations/").context["texts"] == 0
