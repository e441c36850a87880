"""Erasing a person, everywhere at once: each app says what becomes of its rows, and this puts it together.

Above the apps and below the roof's pages and commands, which both call it.
"""

from __future__ import annotations

from django.db import OperationalError, connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from psycopg.errors import DeadlockDetected

from archive.erasures import forget_voices
from declarations.actions.erasures import forget_officer
from efus_conference.erased_accounts import (
    addresses_of,
    end_sessions,
    erase_account,
    erase_mails,
    mails_of,
    seek_in_ground,
    sessions_of,
)
from efus_conference.erasure_notes import note_erasure
from efus_conference.models import Erasure, User
from efus_conference.traces import Masking, Traces
from programme.actions.erasures import erase_speaker, names_of, seek_in_notes, speakers_of
from programme.models import Speaker
from registration.actions.erasures import (
    erase_person,
    forget_invitations,
    of_nobody_else,
    own_registrations,
    seek_in_registration,
    traces_of,
)

TRIES = 3


class ErasureRefused(Exception):  # noqa: N818 - no error: an answer
    """Nothing was changed; `str()` says why, in the reader's language."""

    message: str | Promise = ""

    def __str__(self) -> str:
        return str(self.message)


class LastAdministrator(ErasureRefused):
    message = _(
        "This is the only administrator’s account. Make somebody else an administrator first, so that the site is "
        "left to someone."
    )


class OthersErase(ErasureRefused):
    message = _("Only the person themselves or an administrator erases an account.")


def is_last_administrator(user: User) -> bool:
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    return user.is_superuser and not others.exists()


def erase(*, user: User, by: User) -> Erasure:
    """Erases the person of an account: what others rely on stays without a name. Twice is once.

    Raises OthersErase, LastAdministrator.
    """
    for attempt in range(TRIES):
        try:
            return _erase(user=user, by=by)
        except OperationalError as error:
            # It locks what belongs to many others; who comes across each other tries again.
            is_deadlock = isinstance(error.__cause__, DeadlockDetected)
            if not is_deadlock or attempt == TRIES - 1 or connection.in_atomic_block:
                raise
    raise AssertionError("The last try returns or raises.")


@transaction.atomic
def _erase(*, user: User, by: User) -> Erasure:
    if by.pk != user.pk and not by.is_superuser:
        raise OthersErase
    locked = User.objects.select_for_update(no_key=True).order_by("pk")
    if user.is_superuser:
        # Of two who go at the same moment, one is the last.
        administrators = list(locked.filter(is_superuser=True, is_active=True).values_list("pk", flat=True))
        if administrators == [user.pk]:
            raise LastAdministrator
    fresh = locked.get(pk=user.pk)
    if fresh.erased_at is not None:
        return Erasure.objects.filter(user_id=fresh.pk).latest("erased_at")
    addresses = addresses_of(fresh)
    own = list(own_registrations(fresh, addresses=addresses))
    speakers = {row.pk: row for row in speakers_of(fresh, addresses=addresses)}
    # The desk said of their own registration whose sessions are theirs.
    speakers |= Speaker.objects.in_bulk(row.speaker_id for row in own if row.speaker_id)
    found = traces_of(own)
    spoken = Traces.of(
        names=[name for row in speakers.values() for name in names_of(row)],
        addresses=[row.email for row in speakers.values()],
    )
    # Also an address that they wrote into a registration and never proved: that one is masked, and no more.
    traces = Traces.of(
        names=[fresh.name, *found.names, *spoken.names],
        addresses=[*addresses, *found.addresses, *spoken.addresses],
    )
    # What takes long is found before anything is locked that others need.
    ids = [row.pk for row in own]
    masking = Masking(of_nobody_else(traces, registration_ids=ids, user=fresh))
    seek_in_registration(masking, registration_ids=ids)
    seek_in_notes(masking)
    seek_in_ground(masking)
    mails = mails_of(user=fresh, addresses=addresses | spoken.addresses, registration_ids=ids)
    sessions = sessions_of(Traces(masking.traces.names, addresses), user=fresh)
    left = erase_person(user=fresh, addresses=addresses, by=by if by.pk != fresh.pk else fresh)
    for speaker in speakers.values():
        erase_speaker(speaker=speaker)
    forget_voices(speakers=speakers.values(), traces=spoken)
    erase_account(user=fresh)
    # The pseudonym lets go of an erased account alone.
    forget_officer(user=fresh)
    forget_invitations(addresses)
    masking.mask()
    erase_mails(mails, masking.traces, registration_ids=left.erased)
    end_sessions(sessions)
    note_erasure(user=fresh.pk, registrations=left.erased, speakers=speakers)
    return Erasure.objects.create(
        user_id=fresh.pk, registrations=len(left.erased), by_organiser=by.pk != fresh.pk
    )
