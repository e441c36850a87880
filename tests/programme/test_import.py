from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from efus_conference.models import Edition
from programme.imports import Report, ScheduleRefused, import_schedule
from programme.models import ConsentEvent, ReleasedSession, Room, Session, SessionKind, Speaker, Theme
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db
GUID = "7d5c1b0a-0000-4000-8000-00000000000{}"


@pytest.fixture
def edition() -> Edition:
    return factories.edition(slug="brussels-2031")


def event(number: int = 1, **changes: Any) -> dict[str, Any]:
    facts = {
        "guid": GUID.format(number),
        "code": f"ABCDE{number}",
        "id": number,
        "date": "2031-05-14T09:00:00+02:00",
        "start": "09:00",
        "duration": "01:30",
        "room": "Agora",
        "title": f"Trust {number}",
        "subtitle": "",
        "abstract": "What it is about.",
        "track": "Night",
        "type": "Talk",
        "language": "en",
        "persons": [{"guid": GUID.format(9), "name": "Ada Example"}],
        "links": [],
    }
    return {key: value for key, value in {**facts, **changes}.items() if value is not None}


def as_json(*events: dict[str, Any], **conference: Any) -> bytes:
    rooms: dict[str, Any] = {}
    for one in events:
        rooms.setdefault(str(one.get("room", "")), []).append(one)
    facts = {"acronym": "brussels_2031", "title": "SDC", "days": [{"index": 1, "rooms": rooms}], **conference}
    return json.dumps({"schedule": {"version": "1", "conference": facts}}).encode()


def as_xml(inner: str = "", *, prolog: str = '<?xml version="1.0" encoding="UTF-8"?>', **texts: str) -> bytes:
    """As pretalx writes it: the room's name twice, a description beside the abstract, people with ids."""
    of_event = {
        "room": "Agora",
        "title": "Trust 1",
        "subtitle": "",
        "type": "Talk",
        "date": "2031-05-14T09:00:00+02:00",
        "start": "09:00",
        "duration": "01:30",
        "abstract": "What it is about.",
        "track": "Night",
        "language": "en",
        **texts,
    }
    children = "".join(f"<{name}>{text}</{name}>" for name, text in of_event.items())
    return f"""{prolog}
<schedule><generator name="pretalx" version="2025.2.2"/><version>0.3</version>
<conference><title>SDC</title><acronym>brussels_2031</acronym><track name="Night" slug="night"/></conference>
<day index="1" date="2031-05-14" start="2031-05-14T04:00:00+02:00" end="2031-05-15T03:59:00+02:00">
<room name="Agora"><event guid="{GUID.format(1)}" id="1" code="ABCDE1">{children}
<persons><person id="3" guid="{GUID.format(9)}">Ada Example</person></persons>{inner}</event></room>
</day></schedule>""".encode()


def imported(content: bytes, **options: Any) -> Report:
    return import_schedule(content=content, name="schedule.json", **{"make_missing": True, **options})


def drafts() -> list[tuple[Any, ...]]:
    return [
        (
            str(draft.guid),
            draft.code,
            draft.title_en,
            draft.abstract_en,
            draft.starts_at,
            draft.ends_at,
            str(draft.room),
            draft.kind.slug,
            [theme.slug for theme in draft.themes.all()],
            draft.floor_languages,
            [appearance.speaker.name for appearance in draft.appearances.all()],
        )
        for draft in Session.objects.order_by("code")
    ]


TRUST = (
    GUID.format(1),
    "ABCDE1",
    "Trust 1",
    "What it is about.",
    NINE,
    NINE + timedelta(hours=1, minutes=30),
    "Agora",
    "talk",
    ["night"],
    ["en"],
    ["Ada Example"],
)


@pytest.mark.parametrize("content", [as_json(event()), as_xml()], ids=["json", "xml"])
def test_both_formats_become_the_same_drafts_and_nothing_public(edition: Edition, content: bytes) -> None:
    report = imported(content)

    assert drafts() == [TRUST]
    assert (report.new, report.changed, report.unchanged) == (1, 0, 0)
    assert not ReleasedSession.objects.exists()


@pytest.mark.parametrize("content", [as_json(event(), event(2)), as_xml()], ids=["json", "xml"])
def test_a_second_run_has_nothing_to_do(edition: Edition, content: bytes) -> None:
    imported(content, speakers_agreed=True)
    before = (drafts(), list(Session.objects.values_list("changed_at")))

    report = imported(content, speakers_agreed=True)

    assert report.is_nothing_to_do
    assert (drafts(), list(Session.objects.values_list("changed_at"))) == before
    assert report.lines()[1] == "There is nothing to do."


def test_a_changed_session_is_changed_and_one_that_is_gone_is_listed_and_kept(edition: Edition) -> None:
    imported(as_json(event(), event(2)))

    report = imported(as_json(event(2, date="2031-05-14T14:00:00+02:00", code="OTHER2")))

    assert (report.new, report.changed, report.unchanged) == (0, 1, 0)
    assert list(report.absent) == ["ABCDE1 Trust 1"]
    assert list(Session.objects.order_by("code").values_list("code", "starts_at")) == [
        ("ABCDE1", NINE),
        ("ABCDE2", NINE + timedelta(hours=5)),
    ]


def test_a_visit_that_moves_takes_its_departure_and_return_along(edition: Edition) -> None:
    imported(as_json(event()))
    Session.objects.update(departs_at=NINE + timedelta(minutes=15), returns_at=NINE + timedelta(minutes=80))

    imported(as_json(event(date="2031-05-14T14:00:00+02:00")))

    assert list(Session.objects.values_list("starts_at", "departs_at", "returns_at")) == [
        (
            NINE + timedelta(hours=5),
            NINE + timedelta(hours=5, minutes=15),
            NINE + timedelta(hours=5, minutes=80),
        )
    ]


def test_a_visit_that_becomes_shorter_than_its_way_is_refused_in_a_sentence(edition: Edition) -> None:
    imported(as_json(event()))
    Session.objects.update(returns_at=NINE + timedelta(minutes=80))

    with pytest.raises(ScheduleRefused, match="Departure and return are within the session's time"):
        imported(as_json(event(duration="01:00")))


def test_without_leave_to_make_what_is_missing_it_is_listed(edition: Edition) -> None:
    factories.kind(slug="talk", name_en="Talk")

    report = imported(as_json(event(), event(2, type="Rave", language="xx")), make_missing=False)

    assert [(draft[1], draft[6], draft[7], draft[8]) for draft in drafts()] == [
        ("ABCDE1", "None", "talk", [])
    ]
    assert list(report.not_placed) == [
        "the room “Agora”: there is none of that name, so its sessions have no room",
        "the theme “Night”: there is none of that name, so its sessions go without",
        "the kind “Rave”: there is none of that name, so no session of it was made",
        "the session “Trust 2”: its kind “Rave” is not here",
    ]
    assert not Room.objects.exists()
    assert not Theme.objects.exists()


def test_rooms_kinds_and_themes_are_found_by_any_of_their_names(edition: Edition) -> None:
    room = factories.room(edition, slug="r1", name_en="Market", name_fr="Marché")
    kind = factories.kind(slug="x", name_en="Talk", name_nl="Praatje")
    theme = Theme.objects.create(slug="by-night", name_en="By night", name_fr="Night")

    imported(as_json(event(room="marché", type="praatje")), make_missing=False)

    draft = Session.objects.get()
    assert (draft.room, draft.kind, list(draft.themes.all())) == (room, kind, [theme])


def test_the_name_of_a_room_of_another_edition_is_unknown_here(edition: Edition) -> None:
    other = factories.edition(is_current=False)
    factories.room(other, name="Agora")
    factories.kind(slug="talk")

    report = imported(as_json(event()), make_missing=False)

    assert Session.objects.get().room is None
    assert "the room “Agora”" in next(iter(report.not_placed))


def test_three_languages_one_after_the_other_fill_one_programme(edition: Edition) -> None:
    imported(as_xml())
    imported(
        as_xml(
            title="Confiance", room="Agora du nord", track="La nuit", abstract="What it is about."
        ).replace(b'room name="Agora"', b'room name="Agora du nord"'),
        language="fr",
    )

    draft = Session.objects.get()
    assert (draft.title_en, draft.title_fr, draft.title_nl) == ("Trust 1", "Confiance", None)
    # The French file shows the English text where it has none of its own.
    assert (draft.abstract_en, draft.abstract_fr) == ("What it is about.", None)
    [room], [theme] = Room.objects.all(), Theme.objects.all()
    assert (room.name_en, room.name_fr) == ("Agora", "Agora du nord")
    assert (theme.name_en, theme.name_fr) == ("Night", "La nuit")


def test_what_a_file_leaves_empty_stays(edition: Edition) -> None:
    imported(as_json(event(subtitle="A subtitle")))

    report = imported(as_json(event(subtitle=None, abstract="", track=None, language=None, persons=[])))

    assert report.is_nothing_to_do
    assert drafts() == [TRUST]


def test_a_schedule_without_a_room_takes_the_session_out_of_its_room(edition: Edition) -> None:
    imported(as_json(event()))

    imported(as_json(event(room="Elsewhere")))

    assert Session.objects.get().room is None


def test_a_short_and_a_long_text_become_one(edition: Edition) -> None:
    imported(as_xml("<description>And at length.</description>"))

    assert Session.objects.get().abstract_en == "What it is about.\n\nAnd at length."


def test_a_code_of_another_form_or_of_another_session_is_not_taken_over(edition: Edition) -> None:
    factories.session(factories.edition(is_current=False), code="ABCDE1")

    report = imported(as_json(event(), event(2, code="A1"), event(3, code="abcdef")))

    codes = Session.objects.filter(edition=edition).values_list("code", flat=True)
    assert not {"ABCDE1", "A1", "abcdef"} & set(codes)
    assert list(report.not_placed) == [
        "the code ABCDE1 of “Trust 1”: another session has it, so it got a new one"
    ]


# --- people ------------------------------------------------------------------------------------------


def test_a_name_in_a_file_is_no_consent(edition: Edition) -> None:
    imported(as_json(event()))

    [speaker] = Speaker.objects.all()
    assert (speaker.name, str(speaker.guid), speaker.is_shown) == ("Ada Example", GUID.format(9), False)
    assert not ConsentEvent.objects.exists()


def test_consent_is_recorded_where_the_organiser_says_so(edition: Edition) -> None:
    imported(as_json(event()), speakers_agreed=True)

    [speaker] = Speaker.objects.all()
    [consent] = ConsentEvent.objects.values_list("speaker", "verb", "through", "wording", "language")
    assert speaker.is_shown
    assert consent == (speaker.pk, "given", "import", "schedule.json", "en")


def test_no_file_takes_a_withdrawal_back(edition: Edition) -> None:
    factories.speaker(
        name="Ada Example", guid=UUID(GUID.format(9)), consent_withdrawn_at=NINE + timedelta(days=1)
    )

    report = imported(as_json(event()), speakers_agreed=True)

    assert not Speaker.objects.shown().exists()
    assert list(report.not_placed) == ["Ada Example withdrew the consent to be named, and stays unnamed"]


def test_someone_known_by_name_alone_is_reported(edition: Edition) -> None:
    known = factories.speaker(name="Ada Example")

    report = imported(as_json(event()))

    assert [appearance.speaker for appearance in Session.objects.get().appearances.all()] == [known]
    assert list(report.known_by_name) == ["Ada Example"]


def test_two_people_of_one_name_in_a_file_stay_two(edition: Edition) -> None:
    content = as_json(
        event(persons=[{"guid": GUID.format(8), "name": "Ada Example"}]),
        event(2, persons=[{"guid": GUID.format(9), "name": "Ada Example"}]),
    )

    reports = [imported(content), imported(content)]

    assert Speaker.objects.count() == 2
    assert reports[1].is_nothing_to_do


def test_whom_several_people_here_are_called_is_left_to_the_organiser(edition: Edition) -> None:
    factories.speaker(name="Ada Example")
    factories.speaker(name="Ada Example")

    report = imported(as_json(event(persons=[{"name": "Ada Example", "id": 3}, {"id": 4}])))

    assert drafts()[0][-1] == []
    assert list(report.not_placed) == [
        "Ada Example in “Trust 1”: several people here have this name",
        "someone without a name in “Trust 1”",
    ]


# --- what is refused ---------------------------------------------------------------------------------

BOMB = '<!DOCTYPE schedule [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE schedule [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
XML = '<?xml version="1.0" encoding="UTF-8"?>'

REFUSED = {
    "an end before the start": (
        as_json(event(end="2031-05-14T08:00:00+02:00")),
        "It ends before it starts.",
    ),
    "a negative duration": (as_json(event(duration="-01:00")), "Its duration “-01:00” is no time"),
    "no duration": (as_json(event(duration=None)), "Its duration “” is no time"),
    "an absurd duration": (as_json(event(duration="25:99")), "Its duration “25:99” is no time"),
    "no time at all": (as_json(event(duration="00:00")), "Its duration “00:00” is no time"),
    "two days": (as_json(event(duration="20:00")), "A session is within one day"),
    "no offset": (as_json(event(date="2031-05-14T09:00:00")), "has no offset from UTC"),
    "a banana": (as_json(event(date="banana")), "Its time “banana” is no date and time"),
    "no such day": (as_json(event(date="2031-02-30T09:00:00+01:00")), "is no date and time"),
    "a year too far": (as_json(event(date="9999-12-31T23:00:00-11:00")), "Check the year"),
    "the year one": (as_json(event(date="0001-01-01T00:00:00+02:00")), "Check the year"),
    "an hour that is skipped": (
        as_json(event(date="2031-03-30T02:30:00+01:00")),
        "The clocks skip this time",
    ),
    "an hour there is twice": (
        as_json(event(date="2031-10-26T02:30:00+02:00")),
        "The clocks show this time twice",
    ),
    "an end there is twice": (
        as_json(event(date="2031-10-26T01:30:00+02:00", duration="01:00")),
        "The clocks show this time twice",
    ),
    "no guid": (as_json(event(guid=None)), "It has no guid"),
    "a wrong guid": (as_json(event(guid="7")), "“7” is no guid."),
    "one guid twice": (as_json(event(), event(2, guid=GUID.format(1))), "that of another one in the file"),
    "one code twice": (as_json(event(), event(2, code="ABCDE1")), "Its code ABCDE1 is that of another one"),
    "no title": (as_json(event(title="  ")), "It has no title."),
    "a title too long": (as_json(event(title="x" * 301)), "at most 300 characters"),
    "a room too long": (as_json(event(room="x" * 121)), "at most 120 characters"),
    "a person too long": (as_json(event(persons=[{"name": "x" * 201}])), "at most 200 characters"),
    "control characters": (as_json(event(title="Bell\a")), "cannot be printed"),
    "null characters": (as_json(event(abstract="Nu\0ll")), "null character"),
    "a lost letter": (as_json(event(title="Caf\ufffd")), "cannot be printed"),
    "a turned direction": (as_json(event(persons=[{"name": "Ada \u202e Example"}])), "cannot be printed"),
    "a lone surrogate": (as_json(event(title="x")).replace(b'"x"', b'"\\ud800"'), "cannot be printed"),
    "a number for a title": (as_json(event(title=7)), "“7” stands where a text belongs."),
    "persons that are none": (as_json(event(persons="Ada")), "neither a schedule.xml nor a schedule.json"),
    "days that are none": (as_json(days={"x": 1}), "neither a schedule.xml nor a schedule.json"),
    "broken JSON": (as_json(event())[:-20], "This schedule.json is broken in line 1"),
    "other JSON": (b'{"schedule": []}', "neither a schedule.xml nor a schedule.json"),
    "a list": (b"[]", "neither a schedule.xml nor a schedule.json"),
    "JSON in Latin 1": ('{"schedule": "é"}'.encode("latin-1"), "not in UTF-8"),
    "deep JSON": (b'{"a":' * 200_000, "nested too deeply"),
    "a number of thousands of digits": (b'{"a": ' + b"9" * 5000 + b"}", "a number that is none"),
    "nothing": (b"", "neither a schedule.xml nor a schedule.json"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0", "neither a schedule.xml nor a schedule.json"),
    "broken XML": (as_xml()[:-30], "This schedule.xml is broken in line"),
    "XML in Latin 1": (as_xml(title="Café").decode().encode("latin-1"), "in another encoding than it says"),
    "other XML": (b"<html><body/></html>", "neither a schedule.xml nor a schedule.json"),
    "an XML bomb": (as_xml("&c;", prolog=XML + BOMB), "has a document type"),
    "an external entity": (as_xml("&x;", prolog=XML + OUTSIDE), "has a document type"),
    "an external DTD": (
        as_xml(prolog=XML + '<!DOCTYPE schedule SYSTEM "http://127.0.0.1:1/x.dtd">'),
        "has a document type",
    ),
    "a bomb behind a comment": (
        as_xml("&c;", prolog=XML + "<!-- <schedule -->" + BOMB),
        "has a document type",
    ),
    "a bomb in UTF-16": (
        as_xml("&c;", prolog=XML.replace("UTF-8", "UTF-16") + BOMB).decode().encode("utf-16"),
        "has a document type",
    ),
    "deep XML": (b"<schedule>" + b"<a>" * 5000, "This schedule.xml is broken"),
    "a file too large": (
        b"<schedule>" + b" " * 10_000_000,
        "too large: a schedule may have up to 5 megabytes",
    ),
    "too many sessions": (
        as_json(*[event(guid=str(UUID(int=number)), code="") for number in range(2001)]),
        "more than 2000 sessions",
    ),
    "another conference": (as_json(event(), acronym="38c3"), "“38c3” is that of no edition"),
    "no conference": (as_json(event(), acronym=None), "“” is that of no edition"),
}


@pytest.mark.parametrize(("content", "sentence"), REFUSED.values(), ids=REFUSED)
def test_bad_input_is_refused_in_a_sentence_and_none_of_it_imported(
    edition: Edition, content: bytes, sentence: str
) -> None:
    before = (
        Session.objects.count(),
        Room.objects.count(),
        SessionKind.objects.count(),
        Speaker.objects.count(),
    )

    with pytest.raises(ScheduleRefused) as refused:
        imported(content)

    assert sentence in refused.value.message
    assert len(refused.value.message) < 400
    assert "\n" not in refused.value.message
    assert (
        Session.objects.count(), Room.objects.count(), SessionKind.objects.count(), Speaker.objects.count()
    ) == before  # fmt: skip


def test_what_is_wrong_in_the_last_session_undoes_the_first(edition: Edition) -> None:
    with pytest.raises(ScheduleRefused):
        imported(as_json(event(), event(2, title="x" * 301)))

    assert not Session.objects.exists()
    assert not Room.objects.exists()


def test_a_guid_of_a_session_of_another_edition_is_refused(edition: Edition) -> None:
    other = factories.edition(is_current=False, slug="paris-2027")
    factories.session(other, guid=UUID(GUID.format(1)), title="Theirs")

    with pytest.raises(ScheduleRefused) as refused:
        imported(as_json(event()))

    assert refused.value.message == (
        "The session “Theirs” can't be imported, so none was. "
        f"Its guid {GUID.format(1)} is that of a session of another edition, paris-2027."
    )


def test_an_offset_of_another_place_says_the_same_moment(edition: Edition) -> None:
    # 02:30 UTC in the night when Brussels skips its 02:30: there it is half past four.
    imported(as_json(event(date="2031-03-30T02:30:00Z")))

    assert Session.objects.get().starts_at == datetime(2031, 3, 30, 2, 30, tzinfo=UTC)


# --- the command -------------------------------------------------------------------------------------


def test_the_command_says_what_it_did(edition: Edition, tmp_path: Any, capsys: Any) -> None:
    file = tmp_path / "schedule.json"
    file.write_bytes(as_json(event()))

    call_command("import_schedule", str(file), "--make-missing", "--dry-run")
    trial = (capsys.readouterr().out.splitlines(), Session.objects.count())
    call_command("import_schedule", str(file), "--make-missing", "--edition", "brussels-2031")
    done = capsys.readouterr().out.splitlines()

    said = [
        f"{edition.name} (brussels-2031): 1 new, 0 changed, 0 unchanged.",
        "Made with it:",
        "  room: Agora",
        "  kind of session: Talk",
        "  theme: Night",
        "  speaker: Ada Example",
    ]
    assert trial == ([*said, "This was a trial: nothing was written."], 0)
    assert done == said
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--edition", "atlantis"], "There is no edition “atlantis”. Use one of these: brussels-2031."),
        (["--language", "de"], "There is no language “de” here. Use one of these: en, fr, nl."),
    ],
)
def test_the_command_refuses_in_a_sentence(
    edition: Edition, tmp_path: Any, arguments: list[str], sentence: str
) -> None:
    file = tmp_path / "schedule.json"
    file.write_bytes(as_json(event()))

    with pytest.raises(CommandError) as refused:
        call_command("import_schedule", str(file), *arguments)

    assert str(refused.value) == sentence


def test_a_file_that_cannot_be_read_is_a_sentence(edition: Edition, tmp_path: Any) -> None:
    (tmp_path / "large.xml").write_bytes(b"<schedule>" + b" " * 6_000_000)
    sentences = []
    for name in ("missing.xml", "", "large.xml", "nu\0ll"):
        with pytest.raises(CommandError) as refused:
            call_command("import_schedule", str(tmp_path / name))
        sentences.append(str(refused.value).removeprefix(str(tmp_path)))

    assert sentences == [
        "/missing.xml can't be read: No such file or directory.",
        " can't be read: Is a directory.",
        "This file is too large: a schedule may have up to 5 megabytes.",
        "This is no name of a file: embedded null byte.",
    ]
