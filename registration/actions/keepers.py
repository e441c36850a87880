"""Who keeps a registration, and which rows of ours its person and organisation are."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from efus_conference.mail import queue
from efus_conference.models import Organisation, User
from programme.models import Speaker
from registration.actions.clashes import settle_clashes
from registration.actions.confidences import check_receiver, forget_unreadable
from registration.actions.locks import check_not_erased, violated
from registration.actions.refusals import AlreadyRegistered, NoLongerRegistered, NotYours
from registration.actions.registrations import ONE_PERSON_ONCE
from registration.actions.states import held
from registration.models import Booking, FeedLink, Registration, RegistrationEvent, SeatPool
from registration.powers import DESK

Verb = RegistrationEvent.Verb

MATCHED = ("organisation", "speaker")


def hand_over(*, registration: Registration, to: User, by: User, is_own: bool | None = None) -> Registration:
    """Another account keeps it from now on: an assistant's gives it to the person's own, or the desk decides.

    It is that account's own when the addresses are the same, unless the desk says otherwise. Companions kept by the
    same account go with it, and what `by` may not read of what they told does not. The addresses of their agendas
    that the former keeper knows are revoked, and who keeps it now is told by e-mail. Raises NotYours,
    NotToOrganisers, NoLongerRegistered, Erased, AlreadyRegistered (the account has a registration of its own).
    """
    try:
        with transaction.atomic():
            rows = held([registration.pk])
            (row,) = rows.chosen
            if by.pk != row.managed_by_id and not by.has_perm(DESK):
                raise NotYours
            check_not_erased(row)
            if not row.is_live:
                raise NoLongerRegistered
            if is_own is None:
                is_own = bool(row.email) and row.email.casefold() == to.email.casefold()
            if (row.managed_by_id, row.is_own) == (to.pk, is_own):
                return row
            check_receiver(row, to=to, by=by)
            forgotten = forget_unreadable(row, by=by)
            former, is_other = row.managed_by_id, row.managed_by_id != to.pk
            row.managed_by, row.is_own = to, is_own
            if is_own and row.email:
                row.mails_to = Registration.MailsTo.PERSON
            row.save(update_fields=["managed_by", "is_own", "mails_to", "changed_at"])
            row.events.create(verb=Verb.HANDED_OVER, actor=by, detail=_detail(forgotten))
            if is_other:
                along = [each for each in rows.companions if each.managed_by_id == former and not each.is_own]
                _hand_along(along, to=to, by=by)
                handed = [row, *along]
                FeedLink.objects.filter(registration__in=handed, revoked_at=None).update(
                    revoked_at=timezone.now()
                )
                queue("registration/handed_over", registration_id=row.pk)
            return row
    except IntegrityError as error:
        if violated(error) in ONE_PERSON_ONCE:
            raise AlreadyRegistered
        raise


def _hand_along(companions: list[Registration], *, to: User, by: User) -> None:
    for companion in companions:
        forgotten = forget_unreadable(companion, by=by)
        companion.managed_by = to
        companion.save(update_fields=["managed_by", "changed_at"])
        companion.events.create(verb=Verb.HANDED_OVER, actor=by, detail=_detail(forgotten))


def _detail(forgotten: list[str]) -> dict[str, list[str]]:
    return {"forgotten": forgotten} if forgotten else {}


@transaction.atomic
def match_records(
    *, registration: Registration, by: User, **rows: Organisation | Speaker | None
) -> Registration:
    """Says which rows of ours the person and the written organisation stand for; the desk's alone.

    Raises NotYours, Erased.
    """
    if unknown := rows.keys() - set(MATCHED):
        raise TypeError(f"Not to be matched: {', '.join(sorted(unknown))}.")
    (row,) = held([registration.pk]).chosen
    if not by.has_perm(DESK):
        raise NotYours
    check_not_erased(row)
    changed = [name for name, found in rows.items() if getattr(row, name) != found]
    if changed:
        for name in changed:
            setattr(row, name, rows[name])
        row.save(update_fields=[*changed, "changed_at"])
        row.events.create(verb=Verb.CHANGED, actor=by, detail={"fields": changed})
    if "speaker" in changed:
        _settle_speaking(row)
    return row


def _settle_speaking(row: Registration) -> None:
    """Seats at the time of a session one speaks in are in a clash from now on, or no longer."""
    standing = Booking.objects.standing().filter(place=row.place_id)
    list(SeatPool.objects.locked(list(standing.values_list("session_id", flat=True))))
    if settle_clashes([row.place_id]):
        queue("registration/clash", registration_id=row.pk)
