"""What the programme keeps of somebody who speaks, as they take it away: see `efus_conference.personal`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from efus_conference.models import User
from efus_conference.personal import Data, PersonalFile, file_name, moment
from programme.models import Appearance, ConsentEvent, Material, Speaker, SpeakerLink


def speakers_of(user: User, *, also: Iterable[int] = ()) -> QuerySet[Speaker]:
    """Those that the account is linked with, and those of these ids."""
    return Speaker.objects.filter(Q(user=user) | Q(pk__in=list(also))).order_by("pk")


def data_of(user: User, *, also: Iterable[int] = ()) -> list[Data]:
    """One for each speaker; `also` are the ids of those whom their own registrations name."""
    return [
        {
            "address": speaker.slug,
            "name": speaker.name,
            "sorted_as": speaker.sort_name,
            "organisation": str(speaker.organisation or ""),
            "function": in_languages(speaker, "function"),
            "biography": in_languages(speaker, "biography"),
            "email": speaker.email,
            "portrait": _portrait(speaker) if speaker.portrait else None,
            "basis": speaker.basis,
            "agreed_at": moment(speaker.consented_at),
            "withdrawn_at": moment(speaker.consent_withdrawn_at),
            "consents": [
                {
                    "what": event.verb,
                    "at": moment(event.at),
                    "how": event.through,
                    "words": event.wording,
                    "language": event.language,
                }
                for event in ConsentEvent.objects.filter(speaker=speaker).order_by("at", "pk")
            ],
            "links": [
                {
                    "edition": link.edition.name,
                    "sent_to": link.sent_to,
                    "made_at": moment(link.made_at),
                    "expires_at": moment(link.expires_at),
                    "opened_at": moment(link.opened_at),
                    "completed_at": moment(link.finished_at),
                    "revoked_at": moment(link.revoked_at),
                }
                for link in SpeakerLink.objects.filter(speaker=speaker)
                .select_related("edition")
                .order_by("made_at", "pk")
            ],
            "sessions": [
                {
                    "session": part.session.code,
                    "title": part.session.title,
                    "role": part.role,
                    "function": in_languages(part, "function"),
                    "organisation": str(part.organisation or ""),
                    "answer": part.answer,
                    "answered_at": moment(part.answered_at),
                    "note": part.answer_note,
                }
                for part in Appearance.objects.filter(speaker=speaker)
                .select_related("session", "organisation")
                .order_by("session__starts_at", "pk")
            ],
            "materials": [
                {
                    "session": row.session.code,
                    "kind": row.kind,
                    "title": in_languages(row, "title"),
                    "added_at": moment(row.added_at),
                    "is_published": row.is_published,
                    "web_address": row.address,
                    "file": _slides(row) if row.file else None,
                }
                for row in _materials(speaker)
            ],
        }
        for speaker in speakers_of(user, also=also).select_related("organisation")
    ]


def files_of(user: User, *, also: Iterable[int] = ()) -> Iterator[PersonalFile]:
    for speaker in speakers_of(user, also=also):
        if speaker.portrait:
            yield PersonalFile(_portrait(speaker), speaker.portrait)
        for row in _materials(speaker):
            if row.file:
                yield PersonalFile(_slides(row), row.file)


def in_languages(row: Any, field: str) -> dict[str, str]:
    """A translated text by language; those that were not written are left out."""
    written = {code: getattr(row, f"{field}_{code}", "") or "" for code, _name in settings.LANGUAGES}
    return {code: text for code, text in written.items() if text}


def _materials(speaker: Speaker) -> QuerySet[Material]:
    return Material.objects.filter(handed_in_by=speaker).select_related("session").order_by("pk")


def _portrait(speaker: Speaker) -> str:
    return f"speaker/{speaker.pk}/{file_name('portrait', speaker.portrait.name or '')}"


def _slides(row: Material) -> str:
    return f"speaker/{row.handed_in_by_id}/{row.pk}/{file_name(row.title, row.file.name or '')}"
