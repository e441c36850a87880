from __future__ import annotations

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from efus_conference.models import Edition, User
from registration.actions.delegations import name_place
from registration.actions.invitations import invite_to_place
from registration.delegation_forms import PersonForm
from registration.models import Category, Delegation, Place, Registration
from tests import factories
from tests.registration.delegating import delegation_of, mails_queued, person

pytestmark = pytest.mark.django_db

HEADINGS = [
    "Given name",
    "Family name",
    "E-mail address",
    "Function",
    "Takes part as",
    "Language of the e-mails",
]
ANNA = ["Anna", "Beispiel", "anna@example.org", "Mayor", "Elected official", "Français"]
BOB = ["Bob", "Voorbeeld", "", "", "elected", ""]
Rows = Sequence[Sequence[object]]


@pytest.fixture
def category(edition: Edition) -> Category:
    return factories.category(edition, slug="elected", name_en="Elected official", name_fr="Élu")


@pytest.fixture
def klara() -> User:
    return factories.user(name="Klára Koordinátorka")


@pytest.fixture
def delegation(edition: Edition, klara: User, category: Category) -> Delegation:
    return delegation_of(edition, klara, places=2)


@pytest.fixture
def page(client: Client, klara: User) -> Client:
    client.force_login(klara)
    return client


def workbook(rows: Rows, *, merged: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    if merged:
        sheet.merge_cells(merged)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def text_of(rows: Rows, *, delimiter: str = ",") -> str:
    kept = StringIO()
    csv.writer(kept, delimiter=delimiter).writerows(rows)
    return kept.getvalue()


def send(page: Client, delegation: Delegation, content: bytes, name: str = "people.xlsx") -> str:
    sheet = SimpleUploadedFile(name, content)
    response = page.post(f"/en/my/delegation/{delegation.pk}/people/", {"sheet": sheet})
    assert response.status_code == 200
    return str(response.content.decode())


def confirm(page: Client, delegation: Delegation, shown: str) -> int:
    key = shown.partition('name="key" value="')[2].partition('"')[0]
    assert len(key) == 32
    return page.post(f"/en/my/delegation/{delegation.pk}/people/", {"key": key}).status_code


def named() -> list[tuple[str, str, str, str, str]]:
    rows = Registration.objects.live().order_by("place_id")
    return [(row.given_name, row.email, row.language, row.mails_to, row.status) for row in rows]


@pytest.mark.parametrize("kind", ["xlsx", "utf-8", "cp1252;", "utf-16 tab", "french"])
def test_a_sheet_is_shown_first_and_names_people_once_confirmed(
    page: Client, delegation: Delegation, kind: str
) -> None:
    rows = [HEADINGS, ANNA, BOB]
    content = {
        "xlsx": lambda: workbook(rows),
        "utf-8": lambda: text_of(rows).encode(),
        "cp1252;": lambda: text_of(rows, delimiter=";").encode("cp1252"),
        "utf-16 tab": lambda: text_of(rows, delimiter="\t").encode("utf-16"),
        "french": lambda: text_of([["given_name", "FAMILY NAME", *HEADINGS[2:]], ANNA, BOB]).encode(),
    }[kind]()

    shown = send(page, delegation, content)
    assert "2 people will be named." in shown
    assert named() == []
    assert confirm(page, delegation, shown) == 302

    assert named() == [
        ("Anna", "anna@example.org", "fr", "both", "confirmed"),
        ("Bob", "", "en", "manager", "confirmed"),
    ]
    assert mails_queued() == ["confirmation", "confirmation"]


def test_a_second_click_names_nobody_twice(page: Client, delegation: Delegation) -> None:
    shown = send(page, delegation, workbook([HEADINGS, ANNA]))

    assert [confirm(page, delegation, shown) for _click in range(2)] == [302, 302]
    assert len(named()) == 1


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([HEADINGS, ["=1+1", *ANNA[1:]]], "Row 2 has a formula."),
        ([HEADINGS], "This sheet has no rows below its headings."),
        ([["Name", "Mail"], ["Anna", "a@example.org"]], "These columns are missing: Given name, Family name"),
        ([[*HEADINGS, "Function"], ANNA], "is there more than once"),
        ([HEADINGS, [*ANNA, "beyond"]], "more cells than there are headings"),
        ([HEADINGS, *([ANNA] * 1001)], "more than 1000 rows"),
        ([HEADINGS, ANNA, BOB, ["Cyd", "Third", "", "", "elected", ""]], "there are 3 people"),
        (
            [HEADINGS, ANNA, ["Other", "Person", "ANNA@example.org", "", "elected", ""]],
            "stands in row 2 already",
        ),
        ([HEADINGS, ["x" * 200, *ANNA[1:]]], "This is 200 characters long. Shorten it to 100."),
        ([HEADINGS, ["Anna", "", *ANNA[2:]]], "Family name: Enter the family name."),
        (
            [HEADINGS, [*ANNA[:4], "Emperor", ""]],
            "There is no category “Emperor”. Write one of: Elected official.",
        ),
        ([HEADINGS, [*ANNA[:5], "Klingon"]], "“Klingon” is no language of our e-mails."),
        ([HEADINGS, [*ANNA[:2], "no address", *ANNA[3:]]], "Enter an e-mail address like name@example.org."),
    ],
)
def test_what_is_wrong_is_said_and_nobody_is_named(
    page: Client, delegation: Delegation, rows: Rows, sentence: str
) -> None:
    shown = send(page, delegation, workbook(rows))

    assert sentence in shown.replace("&quot;", '"')
    assert 'name="key"' not in shown
    assert named() == []


def test_too_many_people_and_rows_to_mend_are_said_together(page: Client, delegation: Delegation) -> None:
    wrong = ["", "", "no address", "", "Emperor", ""]
    shown = send(page, delegation, workbook([HEADINGS, ANNA, BOB, wrong]))

    assert "there are 3 people" in shown
    assert "1 row has something to mend." in shown
    assert "<li>Given name: Enter the given name.</li>" in shown
    assert "<li>Family name: Enter the family name.</li>" in shown


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04 and then nothing of the kind", "This is no Excel workbook"),
        (b"\x00\x01\x02\x03" * 100, "This is no CSV file."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "This is no CSV file."),
        (b"Dear all\nAnna comes, too.\n", "This is no table"),
        (b"x" * (5 * 1024 * 1024 + 1), "This file is larger than 5 MB."),
    ],
)
def test_what_is_no_sheet_is_refused_with_a_sentence(
    page: Client, delegation: Delegation, content: bytes, sentence: str
) -> None:
    assert sentence in send(page, delegation, content)


def test_merged_cells_are_refused(page: Client, delegation: Delegation) -> None:
    assert "merged cells" in send(page, delegation, workbook([HEADINGS, ANNA, BOB], merged="A2:A3"))


def test_fifty_thousand_rows_are_refused_at_once(page: Client, delegation: Delegation) -> None:
    content = text_of([HEADINGS, *([BOB] * 50_000)]).encode()

    assert "more than 1000 rows" in send(page, delegation, content, "people.csv")


def test_a_workbook_is_read_once(
    page: Client, delegation: Delegation, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[object] = []
    load = openpyxl.load_workbook
    monkeypatch.setattr(
        openpyxl, "load_workbook", lambda *args, **kw: [read.append(args), load(*args, **kw)][1]
    )
    assert "2 people will be named." in send(page, delegation, workbook([HEADINGS, ANNA, BOB]))
    assert len(read) == 1


def test_far_more_people_than_places_are_refused_before_any_of_them_is_checked(
    page: Client, delegation: Delegation, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[object] = []
    clean = PersonForm.full_clean
    monkeypatch.setattr(PersonForm, "full_clean", lambda form: [checked.append(form), clean(form)][1])
    people = [[f"Anna{'a' * number}", *BOB[1:]] for number in range(53)]

    shown = send(page, delegation, workbook([HEADINGS, *people]))

    assert "2 places of the delegation have no name yet, and there are 53 people." in shown
    assert checked == []


def test_names_in_four_scripts_are_taken_as_they_are(page: Client, delegation: Delegation) -> None:
    people = [["Ελένη", "Παπαδοπούλου"], ["Олена", "Приклад"], ["李", "四"], ["مثال", "اسم"]]
    for _place in range(2):
        Place.objects.create(edition=delegation.edition, delegation=delegation)
    rows = [[given, family, "", "", "elected", ""] for given, family in people]

    confirm(page, delegation, send(page, delegation, workbook([HEADINGS, *rows])))

    assert [[row.given_name, row.family_name] for row in Registration.objects.order_by("place_id")] == people


def test_who_is_in_the_delegation_already_is_left_as_they_are(
    page: Client, delegation: Delegation, klara: User, category: Category
) -> None:
    place = delegation.places.order_by("pk").first()
    assert place is not None
    name_place(
        place=place,
        by=klara,
        person=person(category, given_name="Anna", email="anna@example.org", mails_to="both"),
    )

    shown = send(page, delegation, workbook([HEADINGS, ANNA, BOB]))
    assert "In the delegation already" in shown
    confirm(page, delegation, shown)

    assert [row[0] for row in named()] == ["Anna", "Bob"]


def test_who_is_registered_elsewhere_stops_all_of_it(
    page: Client, delegation: Delegation, edition: Edition, category: Category
) -> None:
    factories.registration(edition, email="bob@example.org", category=category)
    rows = [HEADINGS, ANNA, ["Bob", "Voorbeeld", "bob@example.org", "", "elected", ""]]

    shown = send(page, delegation, workbook(rows))
    key = shown.partition('name="key" value="')[2].partition('"')[0]
    answer = page.post(f"/en/my/delegation/{delegation.pk}/people/", {"key": key}).content.decode()

    assert "This person seems to be registered for this edition already." in answer
    assert Registration.objects.filter(place__delegation=delegation).count() == 0
    assert mails_queued() == []


def test_invited_places_are_not_taken_by_a_sheet(page: Client, delegation: Delegation, klara: User) -> None:
    place = delegation.places.order_by("pk").first()
    assert place is not None
    invite_to_place(place=place, by=klara, email="a@example.org", language="en")

    assert "there are 2 people" in send(page, delegation, workbook([HEADINGS, ANNA, BOB]))


@pytest.mark.parametrize("key", ["", "banana", "\0", "x" * 10_000, "0" * 32])
def test_a_strange_key_confirms_nothing(page: Client, delegation: Delegation, key: str) -> None:
    response = page.post(f"/en/my/delegation/{delegation.pk}/people/", {"key": key})

    assert (response.status_code, named()) == (302, [])


def test_the_key_of_another_account_confirms_nothing(
    page: Client, delegation: Delegation, edition: Edition, client: Client
) -> None:
    shown = send(page, delegation, workbook([HEADINGS, ANNA]))
    stranger = factories.user()
    other = delegation_of(edition, stranger, places=2)
    thief = Client()
    thief.force_login(stranger)

    assert confirm(thief, other, shown) == 302
    assert named() == []


def test_the_sheet_to_fill_in_comes_back(page: Client, delegation: Delegation) -> None:
    response = page.get(f"/en/my/delegation/{delegation.pk}/people/template/")
    book = openpyxl.load_workbook(BytesIO(response.content))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]] == HEADINGS
    assert book.worksheets[1]["A2"].value == "Elected official"
    for column, value in zip("ABCDEF", ANNA, strict=True):
        sheet[f"{column}2"] = value
    kept = BytesIO()
    book.save(kept)

    assert "1 person will be named." in send(page, delegation, kept.getvalue())


@pytest.mark.parametrize("wanted", ["xlsx", "csv"])
def test_the_list_leaves_without_formulas(
    page: Client, delegation: Delegation, klara: User, category: Category, wanted: str
) -> None:
    place = delegation.places.order_by("pk").first()
    assert place is not None
    made = name_place(place=place, by=klara, person=person(category, function="=cmd|' /C calc'!A0"))
    Registration.objects.filter(pk=made.pk).update(needs="A secret need")
    Place.objects.filter(pk=place.pk).update(note="For <the> mayor")
    other = delegation.places.order_by("pk").last()
    assert other is not None
    Place.objects.filter(pk=other.pk).update(note="For the police")
    invite_to_place(place=other, by=klara, email="new@example.org", language="en")

    content = page.get(f"/en/my/delegation/{delegation.pk}/export/?as={wanted}").content

    if wanted == "csv":
        rows = list(csv.reader(StringIO(content.decode("utf-8-sig"))))
    else:
        sheet = openpyxl.load_workbook(BytesIO(content)).worksheets[0]
        assert sheet.title == str(delegation.organisation)[:31]
        rows = [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
    assert rows[0][:6] == HEADINGS
    assert rows[1] == [
        "Zofie",
        "Příkladová",
        "",
        "'=cmd|' /C calc'!A0",
        "Elected official",
        "English",
        "Confirmed",
        "0",
        "0",
        "",
        "For <the> mayor",
    ]
    assert rows[2][:7] == ["", "", "new@example.org", "", "", "", "Invited"]
    assert rows[2][10] == "For the police"
    assert "secret" not in str(rows)
