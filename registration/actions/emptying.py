"""What goes when registrations lose their person, one by an erasure or hundreds by the clock: rows that only count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from efus_conference.erased_accounts import forget_in_log, forget_loaded
from registration.actions.uploads import delete_stored
from registration.models import (
    AgendaChange,
    Answer,
    Certificate,
    Consent,
    FeedLink,
    IdentityDocument,
    NeedReply,
    Place,
    PlaceInvitation,
    PressCard,
    Registration,
    RegistrationEvent,
    Star,
    Ticket,
)
from registration.states import Status

# A refusal always says why; what it said was of the person.
NOT_SAID = "–"


def empty_registrations(ids: Sequence[int], *, at: datetime) -> None:
    """Takes everything personal from registrations; status, category, country, organisation and check-ins stay.

    Part of a transaction that holds the rows. Seats and states are the caller's to settle before.
    """
    of_them = {"registration__in": ids}
    answers = list(Answer.objects.filter(**of_them).values_list("file", flat=True))
    cards = list(PressCard.objects.filter(**of_them).values_list("card", flat=True))
    for model in (Answer, PressCard, NeedReply, IdentityDocument, Star, FeedLink, AgendaChange):
        rows = model._default_manager.filter(**of_them)
        forget_in_log(model, rows.values_list("pk", flat=True))
        rows.delete()
    delete_stored([*answers, *cards])
    RegistrationEvent.objects.filter(**of_them).exclude(reason="").update(reason="")
    Consent.objects.filter(**of_them, withdrawn_at=None).update(withdrawn_at=at)
    Ticket.objects.filter(**of_them, voided_at=None).update(voided_at=at, voided_why=Ticket.Void.CANCELLED)
    empty_certificates(ids, at=at)
    _forget_places(ids)
    rows = Registration.objects.filter(pk__in=ids)
    rows.exclude(refusal="").filter(status=Status.REFUSED).update(refusal=NOT_SAID)
    rows.exclude(status=Status.REFUSED).update(refusal="")
    rows.update(
        given_name="",
        family_name="",
        email="",
        mails_to=Registration.MailsTo.MANAGER,
        function="",
        organisation_name="",
        needs="",
        speaker=None,
        party=None,
        changed_at=at,
        erased_at=at,
    )
    forget_in_log(Registration, ids)
    forget_loaded(Registration, ids)


def empty_certificates(registration_ids: Sequence[int], *, at: datetime) -> int:
    """Whoever checks its code reads that the person had their data erased; how many."""
    rows = Certificate.objects.filter(registration__in=registration_ids).exclude(name="", file="")
    ids = list(rows.values_list("pk", flat=True))
    delete_stored(rows.values_list("file", flat=True))
    Certificate.objects.filter(pk__in=ids, withdrawn_at=None).update(
        withdrawn_at=at, withdrawn_why=Certificate.Withdrawn.ERASED
    )
    Certificate.objects.filter(pk__in=ids).update(name="", organisation_name="", file="", sha256="")
    forget_in_log(Certificate, ids)
    return len(ids)


def _forget_places(registration_ids: Sequence[int]) -> None:
    """A place is printed by who has it, so the admin's log names its person; a note says whom it was meant for."""
    places = Place.objects.filter(registrations__in=registration_ids)
    ids = list(places.values_list("pk", flat=True))
    Place.objects.filter(pk__in=ids).exclude(note="").update(note="")
    # What was typed into the history of the place while it had nobody else.
    of_nobody = Q(registration__isnull=True)
    RegistrationEvent.objects.filter(of_nobody, place__in=ids).exclude(reason="").update(reason="")
    used = PlaceInvitation.objects.filter(place__in=ids, used_at__isnull=False)
    forget_in_log(PlaceInvitation, used.values_list("pk", flat=True))
    used.delete()
    forget_in_log(Place, ids)
