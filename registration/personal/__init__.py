"""What registration keeps of an account, as its person takes it away: see `efus_conference.personal`.

Of every registration the account keeps: who it is for, how it stands, its seats. What its person told of themselves,
and all that follows from their being there, only of those that `told_to` names: who named people for a delegation
takes away of them no more than the pages show.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from efus_conference.models import User
from efus_conference.personal import Data, PersonalFile, addresses_of, file_name, moment
from registration.models import (
    Delegation,
    DeskDevice,
    Message,
    PendingFile,
    PlaceInvitation,
    PlaceRequest,
    Registration,
    SensitiveReading,
)
from registration.personal import agenda, days, told
from registration.personal.parts import Kept, kept_by

__all__ = ["addresses_in", "data_of", "files_of", "mails_concern", "speakers_in"]


def data_of(user: User) -> Data:
    """All in a number of queries that does not grow with the registrations."""
    kept = kept_by(user)
    return {
        "registrations": [_registration(row, kept) for row in kept.rows],
        "delegations": _delegations(user),
        "invitations": _invitations(user),
        "files_not_sent": [
            {"name": row.name, "kept_at": moment(row.kept_at), "file": _pending(number, row)}
            for number, row in enumerate(_pending_files(user), start=1)
        ],
        "messages_written": [
            {"subject": row.subject, "made_at": moment(row.made_at), "sent_at": moment(row.sent_at)}
            for row in Message.objects.filter(written_by=user).order_by("made_at", "pk")
        ],
        # What the account read of others: that it did, not of whom.
        "readings_made": [
            {"at": moment(row.at), "what": row.what, "how": row.how}
            for row in SensitiveReading.objects.filter(reader=user).order_by("at", "pk")
        ],
        "devices_at_the_desk": [
            {"name": row.name, "opened_at": moment(row.opened_at), "closed_at": moment(row.closed_at)}
            for row in DeskDevice.objects.filter(user=user).order_by("opened_at")
        ],
    }


def files_of(user: User) -> Iterator[PersonalFile]:
    kept = kept_by(user)
    yield from chain(told.files_of(kept), days.files_of(kept))
    for number, row in enumerate(_pending_files(user), start=1):
        yield PersonalFile(_pending(number, row), row.file)


def mails_concern(user: User) -> list[dict[str, int]]:
    """By what the kept copies of mails about the account's registrations are found."""
    return [{"registration_id": pk} for pk in kept_by(user).told]


def addresses_in(user: User) -> list[str]:
    """The addresses that stand in the registrations whose mails its keeper may read."""
    kept = kept_by(user)
    return [row.email for row in kept.rows if row.pk in kept.told and row.email]


def speakers_in(user: User) -> list[int]:
    """The ids of the speakers that the account's own registrations name: the same person."""
    own = Registration.objects.managed_by(user).filter(is_own=True, erased_at=None, speaker__isnull=False)
    return [pk for pk in own.order_by("pk").values_list("speaker_id", flat=True) if pk is not None]


def _registration(row: Registration, kept: Kept) -> Data:
    is_told = row.pk in kept.told
    data: Data = {
        "number": row.pk,
        "edition": {"number": row.edition.number, "name": row.edition.name},
        "is_own": row.is_own,
        "given_name": row.given_name,
        "family_name": row.family_name,
        "email": row.email,
        "mails_to": row.mails_to,
        "language": row.language,
        "category": str(row.category),
        "function": row.function,
        "organisation": row.shown_organisation,
        "country": row.country,
        "delegation": str(row.place.delegation.organisation) if row.place.delegation else "",
        "accompanies_as": row.place.companion_kind,
        "status": row.status,
        "refusal": row.refusal,
        "registered_at": moment(row.submitted_at),
        "changed_at": moment(row.changed_at),
        "cancelled_at": moment(row.cancelled_at),
        "waiting_since": moment(row.waiting_since),
        "offered_until": moment(row.offer_until),
        "reminded_at": moment(row.reminded_at),
        **agenda.of_place(row, kept),
        "history": agenda.history(row, kept),
        "is_told": is_told,
    }
    if is_told:
        data |= {"told": told.of(row, kept), "agenda": agenda.of(row, kept), "days": days.of(row, kept)}
    return data


def _delegations(user: User) -> list[Data]:
    requests: dict[int, list[PlaceRequest]] = {}
    for row in PlaceRequest.objects.filter(asked_by=user).order_by("asked_at", "pk"):
        requests.setdefault(row.delegation_id, []).append(row)
    mine = Delegation.objects.coordinated_by(user) | Delegation.objects.filter(pk__in=list(requests))
    rows = mine.select_related("edition", "organisation").prefetch_related(
        "places", "edition__hosting__organisation"
    )
    return [
        {
            "edition": row.edition.name,
            "organisation": str(row.organisation),
            "is_coordinator": row.coordinator_id == user.pk,
            "places": len([place for place in row.places.all() if place.closed_at is None]),
            "requests": [
                {
                    "places": request.places,
                    "why": request.why,
                    "asked_at": moment(request.asked_at),
                    "granted": request.granted,
                    "answered_at": moment(request.answered_at),
                }
                for request in requests.get(row.pk, [])
            ],
        }
        for row in rows.order_by("pk")
    ]


def _invitations(user: User) -> list[Data]:
    """Those to a delegation's place that went to an address of theirs."""
    rows = (
        PlaceInvitation.objects.filter(email__in=addresses_of(user))
        .select_related("place__delegation__organisation", "place__edition")
        .order_by("made_at", "pk")
    )
    return [
        {
            "edition": row.place.edition.name,
            "delegation": str(row.place.delegation.organisation) if row.place.delegation else "",
            "email": row.email,
            "made_at": moment(row.made_at),
            "expires_at": moment(row.expires_at),
            "used_at": moment(row.used_at),
            "revoked_at": moment(row.revoked_at),
        }
        for row in rows
    ]


def _pending_files(user: User) -> list[PendingFile]:
    return list(PendingFile.objects.filter(kept_by=user).order_by("kept_at", "pk"))


def _pending(number: int, row: PendingFile) -> str:
    return f"not-sent/{number}/{file_name(row.name, row.file.name or '')}"
