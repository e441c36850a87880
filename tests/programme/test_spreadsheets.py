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
from programme.models import ConsentEvent, Room, Session, Speaker, Theme
from programme.spreadsheets import (
    AppearanceResource,
    RoomResource,
    SessionResource,
    SpeakerResource,
    VenueResource,
)
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


# --- who appears where, venues and rooms --------------------------------------------------------------


def rows(headers: list[str], *lines: list[str]) -> tablib.Dataset:
    return tablib.Dataset(*lines, headers=headers)


def test_captions_and_what_a_visit_needs_go_out_and_come_back(edition: Edition) -> None:
    factories.session(
        edition,
        hours=3,
        code="V3S3T3",
        caption_languages=["en", "fr"],
        departs_at=NINE + timedelta(minutes=15),
        returns_at=NINE + timedelta(hours=2),
        wheelchair_places=3,
        identity_by=NINE - timedelta(days=7),
        what_to_bring_en="Good shoes",
    )
    before = list(Session.objects.values())

    out = sheet(SessionResource())
    Session.objects.update(departs_at=None, returns_at=None, caption_languages=[], what_to_bring_en="")
    result = imported(SessionResource(), out)

    [row] = out.dict
    assert [row[name] for name in ("caption_languages", "departs_at", "wheelchair_places")] == [
        "en, fr",
        "2031-05-14T10:15:00+03:00",
        "3",
    ]
    assert problems(result) == []
    assert [{**one, "changed_at": None} for one in Session.objects.values()] == [
        {**one, "changed_at": None} for one in before
    ]


def test_times_that_no_clock_shows_once_and_sessions_of_two_days_are_errors_of_their_rows(
    edition: Edition,
) -> None:
    factories.kind(slug="workshop")
    times = [
        ("2031-03-30T03:30", "2031-03-30T05:00"),
        ("2031-10-26T03:30", "2031-10-26T05:00"),
        ("2031-10-26T03:30:00+03:00", "2031-10-26T05:00"),
        ("2031-05-14T22:00", "2031-05-15T02:00"),
        ("2031-05-14T22:00", "2031-05-15T00:00"),
    ]
    data = rows(
        ["code", "edition", "kind", "title_en", "starts_at", "ends_at"],
        *[["", "athens-2031", "workshop", "At night", *both] for both in times],
    )

    found = problems(imported(SessionResource(), data))

    assert found == [
        (1, "The clocks skip this time: summer time begins. Choose one before or after it."),
        (2, "The clocks show this time twice: summer time ends. Choose one before or after it."),
        (3, "The clocks show this time twice: summer time ends. Choose one before or after it."),
        (4, "A session is within one day: make one of the next day for what follows."),
    ]


def test_a_consent_that_a_sheet_brings_keeps_its_history() -> None:
    factories.speaker(slug="ada", consented_at=None)
    heads = ["slug", "name", "basis", "consented_at", "consent_withdrawn_at"]
    given, ended = "2026-02-01T10:00:00+01:00", "2026-03-01T10:00:00+01:00"
    for data in (
        rows(heads, ["ada", "Ada", "consent", given, ""], ["bo", "Bo", "consent", given, ""]),
        rows(heads, ["ada", "Ada", "consent", given, ended]),
    ):
        for _time in range(2):
            assert problems(imported(SpeakerResource(), data)) == []
    events = ConsentEvent.objects.order_by("pk").values_list("speaker__slug", "verb", "through")
    assert list(events) == [
        ("ada", "given", "organiser"),
        ("bo", "given", "organiser"),
        ("ada", "withdrawn", "organiser"),
    ]
    assert [one.is_shown for one in Speaker.objects.order_by("slug")] == [False, True]


def test_appearances_stand_in_rows_of_their_own(edition: Edition) -> None:
    town = factories.organisation(slug="town")
    ada = factories.speaker(slug="ada")
    session = factories.session(edition, code="TRUST1", speakers=(ada,))
    factories.speaker(slug="bo")
    heads = ["session", "speaker", "role", "function_en", "function_fr", "organisation", "order"]
    data = rows(
        heads,
        ["trust1", "ada", "", "Mayor", "Maire", "town", "2"],
        ["TRUST1", "bo", "Chair", "", "", "", "1"],
    )

    result = imported(AppearanceResource(), data)

    assert problems(result) == []
    assert [
        (one.speaker.slug, one.role, one.function_en, one.function_fr, one.organisation)
        for one in session.appearances.all()
    ] == [("bo", "chair", None, None, None), ("ada", "speaker", "Mayor", "Maire", town)]
    assert imported(AppearanceResource(), sheet(AppearanceResource())).totals["skip"] == 2


def test_a_bad_row_of_appearances_is_named_with_its_problem(edition: Edition) -> None:
    factories.session(edition, code="TRUST1", speakers=(factories.speaker(slug="ada"),))
    good = ["TRUST1", "ada", "speaker", "1"]
    data = rows(
        ["session", "speaker", "role", "order"],
        ["NONE00", *good[1:]],
        ["TRUST1", "nobody", *good[2:]],
        ["TRUST1", "ada", "king", "1"],
        ["", *good[1:]],
        [*good[:3], "first"],
        good,
    )

    found = problems(imported(AppearanceResource(), data))

    assert [number for number, _sentence in found] == [1, 2, 3, 4, 5]
    assert [sentence for _number, sentence in found][:3] == [
        "There is no session with the code “NONE00”.",
        "There is no speaker with the address “nobody”.",
        "Value 'king' is not a valid choice.",
    ]


def test_venues_and_rooms_come_in_as_sheets(edition: Edition) -> None:
    other = factories.edition(slug="other", is_current=False)
    factories.venue(other, slug="theirs")
    venues = rows(
        ["edition", "slug", "name_en", "name_fr", "latitude", "longitude"],
        ["athens-2031", "agora", "Agora", "L'Agora", "37.97500", "23.72170"],
    )
    rooms = rows(
        ["edition", "slug", "name_en", "venue", "seats"],
        ["athens-2031", "stoa", "Stoa", "agora", "120"],
        ["athens-2031", "odeon", "Odeon", "", ""],
    )

    assert problems(imported(VenueResource(), venues)) == []
    assert problems(imported(RoomResource(), rooms)) == []
    assert problems(
        imported(
            RoomResource(),
            rows(["edition", "slug", "name_en", "venue"], ["athens-2031", "x", "X", "theirs"]),
        )
    ) == [(1, "There is no venue with the address “theirs”.")]

    assert list(Room.objects.order_by("pk").values_list("slug", "venue__name_fr", "seats")) == [
        ("stoa", "L'Agora", 120),
        ("odeon", None, None),
    ]
    untouched = [imported(resource(), sheet(resource())) for resource in (VenueResource, RoomResource)]
    assert [result.totals["skip"] for result in untouched] == [2, 2]


@pytest.mark.parametrize("model", ["appearance", "venue", "room"])
def test_an_organiser_takes_them_out_and_in_again(organiser: Client, edition: Edition, model: str) -> None:
    factories.session(edition, speakers=(factories.speaker(),), room=factories.room(edition))
    factories.venue(edition)

    taken = organiser.post(f"/admin/programme/{model}/export/", {"format": "1"})
    preview = upload(organiser, model, tablib.Dataset().load(taken.content.decode(), format="csv"))

    assert (taken.status_code, preview.status_code) == (200, 200)
    assert preview.context["result"].totals["skip"] == 1


def test_a_row_costs_the_same_few_queries(edition: Edition) -> None:
    factories.kind(slug="workshop")
    heads = ["code", "edition", "kind", "title_en", "starts_at", "ends_at"]

    def queries(count: int, title: str) -> int:
        times = ["2031-05-14T10:00", "2031-05-14T11:00"]
        lines = [
            [f"{title}{number:05}", "athens-2031", "workshop", "Title", *times] for number in range(count)
        ]
        with CaptureQueriesContext(connection) as captured:
            assert problems(imported(SessionResource(), rows(heads, *lines))) == []
        return len(captured)

    assert queries(20, "B") - queries(10, "A") <= 10 * 12
