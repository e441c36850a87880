from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
import tablib
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from efus_conference.models import Edition
from programme.models import Session, Speaker, Theme
from programme.spreadsheets import SessionResource, SpeakerResource
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db
FORMULAS = [
    "=1+1",
    "+32 4",
    "-5 degrees",
    "@home",
    "\tTab",
    "\rReturn",
    "'quoted",
    "'=quoted formula",
    "plain",
]


@pytest.fixture
def edition() -> Edition:
    return factories.edition(slug="athens-2031", timezone="Europe/Athens")


def sheet(resource: Any) -> tablib.Dataset:
    """Out to CSV and back, as a spreadsheet program would see it."""
    return tablib.Dataset().load(resource.export().export("csv"), format="csv")


def imported(resource: Any, data: tablib.Dataset, **options: Any) -> Any:
    return resource.import_data(data, **options)


def problems(result: Any) -> list[tuple[int, str]]:
    found = [(number, str(error.error)) for number, errors in result.row_errors() for error in errors]
    found += [(row.number, " ".join(row.error.messages)) for row in result.invalid_rows]
    return sorted(found)


def test_a_session_stands_in_a_row_with_natural_keys_and_offsets(edition: Edition) -> None:
    session = factories.session(
        edition,
        code="TRUST1",
        kind=factories.kind(slug="workshop"),
        room=factories.room(edition, slug="stoa"),
        title_en="Trust",
        title_fr="Confiance",
        floor_languages=["el", "en"],
        interpretation_languages=["fr"],
    )
    session.themes.set([Theme.objects.create(slug=slug, name_en=slug) for slug in ("night", "climate")])

    [row] = sheet(SessionResource()).dict

    filled = {column: value for column, value in row.items() if value}
    assert filled == {
        "code": "TRUST1",
        "edition": "athens-2031",
        "kind": "workshop",
        "title_en": "Trust",
        "title_fr": "Confiance",
        "room": "stoa",
        "starts_at": "2031-05-14T10:00:00+03:00",
        "ends_at": "2031-05-14T11:00:00+03:00",
        "floor_languages": "el, en",
        "interpretation_languages": "fr",
        "themes": "climate, night",
        "is_cancelled": "0",
    }


def test_an_untouched_sheet_changes_nothing(edition: Edition) -> None:
    session = factories.session(
        edition, room=factories.room(edition), title_fr="Un", abstract_en="Line\nline"
    )
    session.themes.add(Theme.objects.create(slug="night", name_en="Night"))
    factories.session(edition)
    factories.speaker(organisation=factories.organisation(), function_en="Mayor")
    before = (list(Session.objects.values()), list(Speaker.objects.values()))

    results = [imported(resource(), sheet(resource())) for resource in (SessionResource, SpeakerResource)]

    assert [result.totals["skip"] for result in results] == [2, 1]
    assert [problems(result) for result in results] == [[], []]
    assert (list(Session.objects.values()), list(Speaker.objects.values())) == before


def test_cells_that_a_program_would_run_go_out_guarded_and_come_back_the_same(edition: Edition) -> None:
    for text in FORMULAS:
        factories.session(edition, abstract_en=text)

    out = sheet(SessionResource())
    assert all(cell[:1] not in ("=", "+", "-", "@", "\t", "\r") for cell in out["abstract_en"])
    codes = dict(Session.objects.values_list("code", "abstract_en"))
    Session.objects.update(abstract_en="lost")
    result = imported(SessionResource(), out)

    assert problems(result) == []
    assert dict(Session.objects.values_list("code", "abstract_en")) == codes


def test_a_row_without_a_code_is_a_new_session(edition: Edition) -> None:
    factories.kind(slug="workshop")
    Theme.objects.create(slug="night", name_en="Night")
    factories.room(edition, slug="stoa", name="Stoa")
    data = tablib.Dataset(
        [
            "",
            "athens-2031",
            "workshop",
            "New",
            "stoa",
            "2031-05-14 10:00",
            "2031-05-14T08:30:00Z",
            "el",
            "night",
        ],
        headers=[
            "code",
            "edition",
            "kind",
            "title_en",
            "room",
            "starts_at",
            "ends_at",
            "floor_languages",
            "themes",
        ],
    )

    result = imported(SessionResource(), data)

    assert problems(result) == []
    made = Session.objects.get()
    assert [made.title, str(made.room), made.floor_languages] == ["New", "Stoa", ["el"]]
    assert [made.starts_at, made.ends_at] == [NINE, NINE + timedelta(hours=1, minutes=30)]
    assert [theme.slug for theme in made.themes.all()] == ["night"]
    assert len(made.code) == 6


def test_a_bad_row_is_named_with_its_problem_and_nothing_is_imported(edition: Edition) -> None:
    factories.kind(slug="workshop")
    other = factories.edition(slug="other", is_current=False)
    factories.room(other, slug="elsewhere")
    good = {
        "code": "", "edition": "athens-2031", "kind": "workshop", "title_en": "Good", "room": "",
        "starts_at": "", "ends_at": "", "themes": "",
    }  # fmt: skip
    bad: list[dict[str, str]] = [
        {},
        {"edition": "atlantis"},
        {"kind": "wrkshop"},
        {"room": "elsewhere"},
        {"starts_at": "tomorrow"},
        {"themes": "nothing"},
        {"title_en": ""},
        {"code": "TOOLONG1"},
        {"starts_at": "2031-05-14T10:00", "ends_at": "2031-05-14T09:00"},
        {"edition": ""},
    ]
    data = tablib.Dataset(headers=list(good))
    for row in bad:
        data.append(list({**good, **row}.values()))

    result = imported(SessionResource(), data)

    found = problems(result)
    assert [number for number, _sentence in found] == [2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert [sentence for _number, sentence in found][:5] == [
        "There is no edition with the address “atlantis”.",
        "There is no kind of session with the address “wrkshop”.",
        "There is no room with the address “elsewhere”.",
        "“tomorrow” is no date and time; write it like 2027-05-19T09:30+02:00.",
        "There is no theme “nothing”.",
    ]
    assert not Session.objects.exists()


def test_export_costs_the_same_queries_at_any_size(edition: Edition) -> None:
    counts = []
    for size in (2, 10):
        for _ in range(size):
            session = factories.session(edition, room=factories.room(edition))
            session.themes.add(Theme.objects.create(slug=f"t{session.pk}", name_en="T"))
            factories.speaker(organisation=factories.organisation())
        with CaptureQueriesContext(connection) as captured:
            SessionResource().export()
            SpeakerResource().export()
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_an_import_looks_up_what_its_rows_name_once(edition: Edition) -> None:
    factories.kind(slug="workshop")
    factories.room(edition, slug="stoa")
    other = factories.edition(slug="other", is_current=False)
    factories.room(other, slug="stoa")
    Theme.objects.create(slug="night", name_en="Night")
    headers = [
        "code",
        "edition",
        "kind",
        "title_en",
        "room",
        "starts_at",
        "ends_at",
        "themes",
        "is_cancelled",
    ]
    times = ["2031-05-14T10:00", "2031-05-14T11:00"]
    data = tablib.Dataset(headers=headers)
    for number in range(6):
        slug = "other" if number % 2 else "athens-2031"
        data.append(["", slug, "workshop", f"New {number}", "stoa", *times, "night", "yes"])

    with CaptureQueriesContext(connection) as captured:
        result = imported(SessionResource(), data)

    assert problems(result) == []
    assert set(Session.objects.values_list("room__edition__slug", "edition__slug", "is_cancelled")) == {
        ("athens-2031", "athens-2031", True),
        ("other", "other", True),
    }
    looked_up = {
        table: sum(f'WHERE "{table}"."slug" ' in query["sql"] for query in captured.captured_queries)
        for table in ("efus_conference_edition", "programme_sessionkind", "programme_theme")
    }
    # An edition is asked for itself, and for its zone in either column of times.
    assert looked_up == {"efus_conference_edition": 6, "programme_sessionkind": 2, "programme_theme": 1}


@pytest.fixture
def organiser(client: Client) -> Client:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    return client


def upload(client: Client, model: str, data: tablib.Dataset, kind: str = "csv") -> Any:
    content = data.export(kind)
    file = SimpleUploadedFile(f"sheet.{kind}", content if isinstance(content, bytes) else content.encode())
    formats = {"xlsx": "0", "csv": "1"}
    return client.post(f"/admin/programme/{model}/import/", {"import_file": file, "format": formats[kind]})


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_organiser_sees_a_preview_and_confirms_it(organiser: Client, edition: Edition, kind: str) -> None:
    session = factories.session(edition, title="Before")
    data = sheet(SessionResource())
    row = dict(zip(data.headers, data[0], strict=True)) | {"title_en": "'=After"}
    changed = tablib.Dataset(list(row.values()), headers=list(row))

    preview = upload(organiser, "session", changed, kind)
    session.refresh_from_db()
    assert (preview.status_code, session.title) == (200, "Before")
    assert "=After" in preview.content.decode()
    confirm = preview.context["confirm_form"].initial
    organiser.post("/admin/programme/session/process_import/", confirm)

    session.refresh_from_db()
    assert session.title == "=After"


def test_a_sheet_with_a_bad_row_cannot_be_confirmed(organiser: Client, edition: Edition) -> None:
    factories.session(edition)
    data = sheet(SessionResource())
    row = dict(zip(data.headers, data[0], strict=True)) | {"room": "nowhere"}

    preview = upload(organiser, "session", tablib.Dataset(list(row.values()), headers=list(row)))

    assert "There is no room with the address “nowhere”." in preview.content.decode()
    assert preview.context.get("confirm_form") is None


@pytest.mark.parametrize("model", ["session", "speaker"])
def test_sheets_go_out_as_excel_whatever_people_typed(
    organiser: Client, edition: Edition, model: str
) -> None:
    factories.session(edition, title="=cmd()", abstract_en="vertical\x0btab")
    factories.speaker(name="=cmd()", biography_en="bell\x07")

    response = organiser.post(f"/admin/programme/{model}/export/", {"format": "0"})

    assert response.status_code == 200
    data = tablib.Dataset().load(io.BytesIO(response.content), format="xlsx")
    assert "'=cmd()" in [cell for row in data for cell in row]
