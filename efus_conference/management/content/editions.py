from __future__ import annotations

from datetime import date

from archive.models import EditionNote, KeyFigure, Partner, Video, Voice
from efus_conference.management.content.files import Record, records, translated
from efus_conference.management.content.ledger import Ledger
from efus_conference.models import Edition, EditionHost, Organisation
from programme.models import Speaker, Theme


def load_editions(ledger: Ledger) -> None:
    for item in records("editions"):
        edition = ledger.put(
            item["key"],
            Edition,
            {
                "slug": item["slug"],
                "year": item["year"],
                "starts_on": _day(item, "starts_on"),
                "ends_on": _day(item, "ends_on"),
                "timezone": item["timezone"],
                **edition_texts(item),
            },
            natural={"number": item["number"]},
            many=topics(ledger, item),
        )
        load_hosts(ledger, item, edition)
        _load_figures(ledger, item, edition)
        _load_notes(ledger, item, edition)
        _load_people(ledger, item, edition)


def edition_texts(item: Record) -> dict[str, str]:
    return {
        **translated("venue", item.get("venue")),
        **translated("theme", item.get("theme")),
        **translated("summary", item["summary"]),
        **translated("occasion", item.get("occasion")),
        **translated("auspices", item.get("auspices")),
        **translated("interpretation", item.get("interpretation", {}).get("note")),
        **translated("programme_note", item.get("programme_note")),
    }


def topics(ledger: Ledger, item: Record) -> dict[str, list[Theme | None]]:
    return {"themes": [ledger.row(key, Theme) for key in item["topics"]]}


def load_hosts(ledger: Ledger, item: Record, edition: Edition | None) -> None:
    for order, host in enumerate(item["hosts"], start=1):
        organisation = ledger.row(host["organisation"], Organisation)
        ledger.put(
            f"{item['key']}/host/{host['organisation']}",
            EditionHost,
            {"role": host["role"], "order": order},
            natural={"edition": edition, "organisation": organisation},
            needs=[edition, organisation],
        )


def _load_figures(ledger: Ledger, item: Record, edition: Edition | None) -> None:
    for order, figure in enumerate(item["figures"], start=1):
        ledger.put(
            figure["key"],
            KeyFigure,
            {
                "edition": edition,
                "counted": figure["what"],
                **translated("label", figure["label"]),
                "value": figure["value"],
                "is_approximate": figure["approximate"],
                # None where a language has none: an empty source would be the same one for two figures.
                **{name: text or None for name, text in translated("source", figure["source"]).items()},
                **translated("detail", figure.get("note")),
                "order": order,
            },
            needs=[edition],
        )


def _load_notes(ledger: Ledger, item: Record, edition: Edition | None) -> None:
    notes = [(EditionNote.Kind.OTHER, note["text"]) for note in item.get("notes", [])]
    notes += [(EditionNote.Kind.FORMAT, text) for text in item["formats"]]
    notes += [(EditionNote.Kind.FIELD_VISIT, text) for text in item["field_visits_offered"]]
    for order, (kind, text) in enumerate(notes, start=1):
        ledger.put(
            f"{item['key']}/note/{order}",
            EditionNote,
            {"edition": edition, "kind": kind.value, **translated("text", text), "order": order},
            needs=[edition],
        )


def _load_people(ledger: Ledger, item: Record, edition: Edition | None) -> None:
    for order, voice in enumerate(item.get("voices", []), start=1):
        speaker = ledger.row(voice["speaker"], Speaker)
        ledger.put(
            voice["key"],
            Voice,
            {**translated("function", voice["function"]), "order": order},
            natural={"edition": edition, "speaker": speaker},
            needs=[edition, speaker],
        )
    for order, video in enumerate(item.get("video_messages", []), start=1):
        speaker = ledger.row(video["speaker"], Speaker)
        ledger.put(
            video["key"],
            Video,
            {
                "edition": edition,
                "speaker": speaker,
                **translated("title", video["title"]),
                **translated("function", video["function"]),
                "order": order,
            },
            needs=[edition, speaker],
        )
    for order, partner in enumerate(item.get("partners", []), start=1):
        organisation = ledger.row(partner["organisation"], Organisation)
        ledger.put(
            f"{item['key']}/partner/{partner['organisation']}",
            Partner,
            {**translated("role", partner.get("role")), "order": order},
            natural={"edition": edition, "organisation": organisation},
            needs=[edition, organisation],
        )


def _day(item: Record, name: str) -> date | None:
    return date.fromisoformat(item[name]) if name in item else None
