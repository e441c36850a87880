"""What a release would change: the drafts set beside the released rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Model

from efus_conference.models import Edition
from programme.models import ReleaseChange, ReleasedSession, Session
from programme.models.releases import TEXTS
from programme.release_hooks import SessionChange

LANGUAGES = [code for code, _name in settings.LANGUAGES]


def drafts_of(edition: Edition) -> list[Session]:
    return list(edition.sessions.with_draft().order_by("starts_at", "pk"))  # type: ignore[attr-defined]


def released_of(edition: Edition) -> dict[int, ReleasedSession]:
    rows = ReleasedSession.objects.filter(edition=edition).select_related("session", "room__venue", "kind")
    return {row.pk: row for row in rows}


def released_row(draft: Session) -> ReleasedSession | None:
    """What is public of a draft, without a query where it was read with it."""
    try:
        return draft.released
    except ReleasedSession.DoesNotExist:
        return None


def is_waiting(draft: Session) -> bool:
    """Whether the draft cannot be released because it has no time yet."""
    return draft.starts_at is None or draft.ends_at is None


def as_released(draft: Session) -> ReleasedSession:
    """The unsaved row that a release would write for a draft that has both times."""
    status = ReleasedSession.Status
    return ReleasedSession(
        session=draft,
        edition=draft.edition,
        kind=draft.kind,
        room=draft.room,
        during=DateTimeTZRange(draft.starts_at, draft.ends_at),
        status=status.CANCELLED if draft.is_cancelled else status.CONFIRMED,
        texts=_texts(draft),
        floor_languages=list(draft.floor_languages),
        interpretation_languages=list(draft.interpretation_languages),
        caption_languages=list(draft.caption_languages),
        departs_at=draft.departs_at,
        returns_at=draft.returns_at,
        wheelchair_places=draft.wheelchair_places,
        identity_by=draft.identity_by,
        theme_ids=sorted(theme.pk for theme in draft.themes.all()),
        appearances=[
            {
                "speaker": appearance.speaker_id,
                "role": appearance.role,
                "function": _in_languages(appearance, "function"),
                "organisation": appearance.organisation_id,
                "is_to_be_confirmed": appearance.is_to_be_confirmed,
            }
            for appearance in draft.appearances.all()
        ],
    )


def changed_fields(before: ReleasedSession, after: ReleasedSession) -> list[str]:
    """The names of what differs, texts one by one: those a changelog prints."""
    fields = [
        name
        for name, attribute in (
            ("during", "during"),
            ("room", "room_id"),
            ("status", "status"),
            ("kind", "kind_id"),
            ("floor_languages", "floor_languages"),
            ("interpretation_languages", "interpretation_languages"),
            ("caption_languages", "caption_languages"),
            ("departs_at", "departs_at"),
            ("returns_at", "returns_at"),
            ("wheelchair_places", "wheelchair_places"),
            ("identity_by", "identity_by"),
            ("themes", "theme_ids"),
            ("speakers", "appearances"),
        )
        if getattr(before, attribute) != getattr(after, attribute)
    ]
    return fields + [name for name in TEXTS if _one_text(before, name) != _one_text(after, name)]


def fingerprint(changes: Collection[SessionChange]) -> str:
    """A digest of the differences, so that what is confirmed is what was shown."""
    shown = [
        [
            change.kind,
            change.after.pk,
            change.before.sequence if change.before else None,
            *_moment(change.after),
            change.after.status,
            change.after.kind_id,
            change.after.texts,
            change.after.floor_languages,
            change.after.interpretation_languages,
            change.after.caption_languages,
            [
                str(moment)
                for moment in (change.after.departs_at, change.after.returns_at, change.after.identity_by)
            ],
            change.after.wheelchair_places,
            change.after.theme_ids,
            change.after.appearances,
        ]
        for change in changes
    ]
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


def log_entry(change: SessionChange) -> ReleaseChange:
    """The line of the changelog, without its release: times, room, names of fields; never a person's name."""
    before, after = change.before, change.after
    fields = changed_fields(before, after) if before else []
    return ReleaseChange(
        session_id=after.pk,
        kind=change.kind,
        before=_log_facts(before) if before else {},
        after={**_log_facts(after), "fields": fields},
    )


def change_of(draft: Session, before: ReleasedSession | None) -> SessionChange | None:
    """What releasing this draft would write, or None."""
    if is_waiting(draft):
        return None
    after = as_released(draft)
    if before is None:
        return None if after.is_cancelled else SessionChange(ReleaseChange.Kind.NEW, None, after)
    fields = set(changed_fields(before, after))
    if not fields:
        return None
    # iCalendar's rule for what a calendar must announce again (RFC 5545, 3.8.7.4).
    after.sequence = before.sequence + bool(fields & {"during", "room", "status"})
    return SessionChange(_kind(after, fields), before, after)


def _kind(after: ReleasedSession, fields: set[str]) -> str:
    if "status" in fields:
        return ReleaseChange.Kind.CANCELLED if after.is_cancelled else ReleaseChange.Kind.RESTORED
    if fields & {"during", "room"}:
        return ReleaseChange.Kind.MOVED
    return ReleaseChange.Kind.CHANGED


def _texts(draft: Session) -> dict[str, dict[str, str]]:
    texts = {
        language: {name: text for name in TEXTS if (text := getattr(draft, f"{name}_{language}"))}
        for language in LANGUAGES
    }
    return {language: given for language, given in texts.items() if given}


def _one_text(row: ReleasedSession, name: str) -> dict[str, str]:
    return {language: given[name] for language, given in row.texts.items() if name in given}


def _in_languages(row: Model, name: str) -> dict[str, str]:
    return {language: text for language in LANGUAGES if (text := getattr(row, f"{name}_{language}"))}


def _moment(row: ReleasedSession) -> list[Any]:
    return [row.starts_at.timestamp(), row.ends_at.timestamp(), row.room_id]


def _log_facts(row: ReleasedSession) -> dict[str, Any]:
    return {"during": [row.starts_at.isoformat(), row.ends_at.isoformat()], "room": row.room_id}
