from __future__ import annotations

from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from declarations.actions import RefusedByRegister, verify
from declarations.actions.rounds import next_batch
from declarations.campaign_columns import sheet_to_fill_in
from declarations.campaign_sheets import rows_of
from declarations.models import Declaration, Invitation, InvitationRun, Mailbox, Signatory
from efus_conference.models import Organisation, User
from efus_conference.sheets import SheetRefused
from tests import factories
from tests.declarations.making import invited, office, officer, published, submitted

pytestmark = pytest.mark.django_db
HEADINGS = ("Organisation", "Own name", "Country", "Kind", "Mailbox of the office", "Language of the office")


def csv(*rows: tuple[str, ...]) -> bytes:
    return "\n".join(";".join(row) for row in (HEADINGS, *rows)).encode()


def workbook(*rows: tuple[Any, ...]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (HEADINGS, *rows):
        book.active.append(row)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def problems(declaration: Declaration, *rows: tuple[str, ...]) -> list[list[str]]:
    return [row.problems for row in rows_of(csv(*rows), declaration)]


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def send(browser: Client, declaration: Declaration, content: bytes) -> Any:
    path = f"/admin/declarations/declaration/{declaration.pk}/campaign/sheet/"
    return browser.post(path, {"sheet": SimpleUploadedFile("offices.csv", content)})


def test_rows_name_an_organisation_by_its_address_or_any_name_and_languages_in_any_way() -> None:
    declaration = published()
    riga = factories.organisation(
        name="Riga",
        slug="riga",
        country="LV",
        endonym="Rīga",
        endonym_language="lv",
        other_names=["Riga City"],
    )
    rows = rows_of(
        csv(
            ("riga", "", "", "", "a@town.example", "Latvian"),
            ("RĪGA", "", "LV", "", "b@town.example", "lv"),
            ("riga city", "", "Lettland", "", "c@town.example", ""),
        ),
        declaration,
    )
    assert [(row.office, row.problems) for row in rows[1:]] == [
        (None, ["This office stands in row 2 already."])
    ] * 2
    assert rows[0].office is not None
    assert [rows[0].office.organisation_id, rows[0].office.language] == [riga.pk, "lv"]


def test_each_problem_of_a_row_is_a_sentence() -> None:
    declaration, by = published(), officer(email="chief@efus.example")
    factories.organisation(name="Twin", slug="twin-1", country="FR")
    factories.organisation(name="Twin", slug="twin-2", country="FR")
    factories.organisation(name="Riga", slug="riga", country="LV")
    signed = verify(
        signature=submitted(office(declaration, by=by), by=by), by=officer()
    ).signatory.organisation
    assert problems(
        declaration,
        ("", "", "", "", "a@town.example", ""),
        ("Newtown", "", "Atlantis", "", "b@town.example", ""),
        ("Newtown two", "", "FR", "castle", "nobody", "Klingon"),
        ("Newtown three", "", "", "", "", ""),
        ("Twin", "", "FR", "", "c@town.example", ""),
        ("Riga", "", "FR", "", "d@town.example", ""),
        ("Newtown four", "", "FR", "", "CHIEF@efus.example", ""),
        (signed.slug, "", "", "", "", ""),
        (signed.slug, "", "", "", "other@town.example", ""),
        ("=cmd()", "", "FR", "", "e@town.example", ""),
        ("Rіga", "", "LV", "", "f@town.example", ""),  # with a Cyrillic letter
    ) == [
        ["The organisation is missing."],
        ["There is no country “Atlantis”. Write its two letters, such as LV."],
        [
            "There is no kind “castle”. Choose one of those on the sheet to fill in.",
            (
                "“Klingon” is no language of our invitations. Write one of: English, Français, Nederlands, Deutsch, "
                "Español, Italiano, Português, Polski, Ελληνικά, Latviešu."
            ),
            "The mailbox is no e-mail address.",
        ],
        [
            "We do not know this organisation. Write its country, or its name as we know it.",
            "The mailbox is missing.",
        ],
        ["Several organisations have this name. Write the address of the right one: twin-1, twin-2."],
        ["We know this organisation in another country: Latvia. Correct the sheet, or write its address."],
        ["This is an organiser’s own address. Enter the mailbox of the office itself."],
        ["It has signed already."],
        [
            (
                "Another mailbox of this office is registered: office@town.example. Change it on the office’s own page: "
                "that takes two officers."
            ),
            "This office stands in row 9 already.",
            "It has signed already.",
        ],
        ["Organisation begins like a formula. Write what is meant."],
        [
            (
                "“Rіga” looks like “Riga”, which we know. If that is meant, write it so; if not, enter the "
                "organisation by hand first."
            )
        ],
    ]


def test_what_a_human_should_look_at_is_noted_and_stops_nothing() -> None:
    declaration = published()
    office(declaration)
    rows = rows_of(
        csv(
            ("Newtown", "", "FR", "", "office@town.example", "fr"),
            ("Oldtown", "", "FR", "", "OFFICE@town.example", "fr"),
        ),
        declaration,
    )
    assert [row.problems for row in rows] == [[], []]
    assert [len(row.notes) for row in rows] == [2, 2]
    assert "one office would record for both" in rows[1].notes[1]


def test_who_has_an_open_link_is_left_alone_and_who_declined_is_not_asked_again() -> None:
    declaration = published()
    first, _token = invited(office(declaration))
    second, _token = invited(office(declaration))
    Invitation.objects.filter(pk=second.pk).update(declined_at=second.made_at)
    rows = rows_of(
        csv(*((one.signatory.organisation.slug, "", "", "", "", "") for one in (first, second))), declaration
    )
    assert [(row.is_invited, row.problems) for row in rows] == [
        (True, []),
        (False, ["It declined. Invite it on its own page, if it asks for it."]),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"banana",
        b"",
        b"\0\0\0",
        b"PK\3\4 broken",
        b"Organisation;Country\nRiga;LV\n",
        csv(),
        b"x" * (5 * 1024 * 1024 + 1),
        workbook(("=1+1", "", "FR", "", "a@town.example", "")),
        csv(*[("Newtown", "", "FR", "", "a@town.example", "")] * 1001),
    ],
    ids=["banana", "empty", "null", "broken", "headings", "no rows", "large", "formula", "long"],
)
def test_what_is_no_such_sheet_is_refused_with_a_sentence(content: bytes) -> None:
    declaration = published()
    with pytest.raises(SheetRefused) as caught:
        rows_of(content, declaration)
    assert str(caught.value).endswith(".")


def test_ten_thousand_characters_and_strange_ones_are_a_problem_of_their_row() -> None:
    said = problems(
        published(),
        ("x" * 10_000, "", "FR", "", "a@town.example", ""),
        ("New\u202etown", "", "FR", "", "b@town.example", ""),
    )
    assert [len(each) for each in said] == [1, 1]


def test_the_sheet_to_fill_in_is_read_back_in_each_language() -> None:
    declaration = published()
    for code in ("en", "fr", "nl"):
        with translation.override(code):
            book = openpyxl.load_workbook(BytesIO(sheet_to_fill_in()))
            assert book.active is not None
            book.active.append(["Newtown", "", "France", "", f"{code}@town.example", "Français"])
            kept = BytesIO()
            book.save(kept)
        (row,) = rows_of(kept.getvalue(), declaration)
        assert row.problems == []
        assert row.office is not None
        assert [row.office.country, row.office.language] == ["FR", "fr"]


def test_nothing_happens_before_it_is_confirmed_and_once_only() -> None:
    declaration, by = published(), officer(is_superuser=True)
    browser = as_(by)
    content = csv(
        ("Newtown", "Neustadt", "DE", "city", "town@newtown.example", "de"),
        ("Nowhere", "", "Atlantis", "", "x@nowhere.example", ""),
    )
    shown = send(browser, declaration, content)
    before = [Organisation.objects.filter(name_en="Newtown").count(), Mailbox.objects.count()]
    again = {"key": shown.context["key"], "ready": "1"}
    path = f"/admin/declarations/declaration/{declaration.pk}/campaign/sheet/"
    first, second = browser.post(path, again), browser.post(path, again)
    run = InvitationRun.objects.get()
    next_batch(run_id=run.pk)
    made = Organisation.objects.get(name_en="Newtown")
    invitation = Invitation.objects.get()
    assert before == [0, 0]
    assert [first.url, second.url] == [
        f"/admin/declarations/declaration/{declaration.pk}/campaign/round/{run.pk}/",
        f"/admin/declarations/declaration/{declaration.pk}/campaign/",
    ]
    assert [made.slug, made.endonym, made.endonym_language, made.country, made.kind] == [
        "newtown",
        "Neustadt",
        "de",
        "DE",
        "city",
    ]
    assert [str(invitation.mailbox), invitation.language, invitation.run] == [
        "town@newtown.example",
        "de",
        run,
    ]


def test_whoever_enters_the_offices_cannot_verify_them() -> None:
    declaration, by = published(), officer(is_superuser=True)
    browser = as_(by)
    shown = send(browser, declaration, csv(("Newtown", "", "DE", "", "town@newtown.example", "de")))
    assert "You cannot decide on these signatures later" in shown.content.decode()
    path = f"/admin/declarations/declaration/{declaration.pk}/campaign/sheet/"
    browser.post(path, {"key": shown.context["key"], "ready": "1"})
    signature = submitted(Signatory.objects.get(), by=officer())
    with pytest.raises(RefusedByRegister) as caught:
        verify(signature=signature, by=by)
    assert caught.value.constraint == "verifier_did_not_set_the_mailbox"


def test_what_changed_since_it_was_shown_is_shown_again() -> None:
    declaration = published()
    browser = as_(officer(is_superuser=True))
    shown = send(browser, declaration, csv(("Newtown", "", "DE", "", "town@newtown.example", "de")))
    officer(email="town@newtown.example")
    path = f"/admin/declarations/declaration/{declaration.pk}/campaign/sheet/"
    answer = browser.post(path, {"key": shown.context["key"], "ready": "1"})
    assert [answer.status_code, answer.context["rows"][0].problems, Signatory.objects.count()] == [
        200,
        ["This is an organiser’s own address. Enter the mailbox of the office itself."],
        0,
    ]


def test_a_sheet_that_is_none_keeps_the_page_with_a_sentence() -> None:
    declaration = published()
    browser = as_(officer(is_superuser=True))
    response = send(browser, declaration, b"banana")
    assert list(response.context["form"].errors) == ["sheet"]
    assert as_(officer()).get(response.wsgi_request.path).status_code == 403


def test_a_doubtful_name_is_entered_only_where_it_was_ticked() -> None:
    declaration = published()
    turin = office(declaration, organisation=factories.organisation(name_en="Turin", country="IT"))
    content = csv(
        ("Turin (city)", "", "IT", "", "a@turin.example", "it"),
        ("Miskol\u0441", "", "HU", "", "b@town.example", "en"),
        ("Newtown", "", "DE", "", "c@town.example", "de"),
        ("City of Newtown", "", "DE", "", "d@town.example", "de"),
    )
    rows = rows_of(content, declaration)
    assert [[row.problems, [each[:30] for each in row.doubts]] for row in rows] == [
        [[], ["“Turin (city)” has nearly the n"[:30]]],
        [[], ["Look at the name “Miskolс”: le"[:30]]],
        [[], []],
        [[], ["“City of Newtown” has nearly the n"[:30]]],
    ]
    browser = as_(officer(is_superuser=True))
    shown = send(browser, declaration, content)
    assert [row.number for row in shown.context["rows"]] == [2, 3, 5, 4]
    browser.post(
        f"/admin/declarations/declaration/{declaration.pk}/campaign/sheet/",
        {"key": shown.context["key"], "ready": "4", "doubtful": ["3"]},
    )
    entered = Signatory.objects.exclude(pk=turin.pk).order_by("pk")
    assert [str(each.organisation) for each in entered] == ["Miskol\u0441", "Newtown"]


def test_the_rows_to_mend_come_first_and_can_be_taken_away_and_sent_again() -> None:
    declaration = published()
    browser = as_(officer(is_superuser=True))
    good = ("Newtown", "", "DE", "", "town@newtown.example", "de")
    shown = send(browser, declaration, csv(good, ("Oldtown", "", "Atlantis", "", "x@oldtown.example", "")))
    assert [row.number for row in shown.context["rows"]] == [3, 2]
    path = f"/admin/declarations/declaration/{declaration.pk}/campaign/sheet/"
    sheet = browser.post(path, {"key": shown.context["key"], "to_mend": "1"}).content
    (row,) = list(openpyxl.load_workbook(BytesIO(sheet)).worksheets[0].values)[1:]
    assert [row[0], row[2], row[4], "Atlantis" in row[-1]] == [
        "Oldtown",
        "Atlantis",
        "x@oldtown.example",
        True,
    ]
    (again,) = rows_of(sheet, declaration)
    assert [again.shown["organisation"], len(again.problems)] == ["Oldtown", 1]
    # What was taken away is still there to be confirmed.
    answer = browser.post(path, {"key": shown.context["key"], "ready": "1"})
    assert "/round/" in answer.url
