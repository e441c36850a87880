"""Erasing people: a registration of theirs, or all that registration holds of an account and its person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from efus_conference.accounts import account_for
from efus_conference.erased_accounts import (
    addresses_of,
    end_sessions,
    erase_mails,
    forget_in_log,
    mails_of,
    seek_in_ground,
    sessions_of,
)
from efus_conference.erasure_notes import note_erasure
from efus_conference.models import User
from efus_conference.traces import Masking, Traces, both_ways, in_columns
from registration.actions.category_lists import next_in_line
from registration.actions.emptying import empty_registrations
from registration.actions.keepers import hand_over
from registration.actions.places import close_with, release_seats
from registration.actions.refusals import NotYours, Refusal
from registration.actions.seats import release_seats_of
from registration.actions.states import held, move
from registration.actions.uploads import drop_files
from registration.models import (
    Answer,
    CheckIn,
    DecisionRun,
    Delegation,
    DeskDevice,
    DeskLink,
    IdentityDocument,
    Message,
    NeedReply,
    PendingFile,
    Place,
    PlaceInvitation,
    PlaceRequest,
    Registration,
    RegistrationEvent,
)
from registration.powers import DESK
from registration.states import ENDED, Status

Verb = RegistrationEvent.Verb


class OfAnAccount(Refusal):
    """An organiser erases one registration of a person whose account would still tell who it was."""

    message = _(
        "This registration is the account’s own: erase the account, and all of its person’s data goes."
    )


@dataclass(frozen=True)
class Left:
    """What became of an account's rows: how many were erased, and who of those it kept has nobody now."""

    erased: list[int]
    handed_over: int
    without_keeper: int


def own_registrations(user: User, *, addresses: Iterable[str]) -> QuerySet[Registration]:
    """Of the person themselves: the account's own, and those that somebody else keeps with their proven address.

    What the account keeps for another under its own address is the other's all the same.
    """
    theirs = Q(managed_by=user, is_own=True)
    for address in addresses:
        theirs |= ~Q(managed_by=user) & Q(email__iexact=address)
    return Registration.objects.filter(theirs, erased_at=None)


def kept_for_others(user: User, *, addresses: Iterable[str]) -> QuerySet[Registration]:
    own = own_registrations(user, addresses=addresses)
    return Registration.objects.filter(managed_by=user, erased_at=None).exclude(pk__in=own.values("pk"))


def traces_of(registrations: Iterable[Registration]) -> Traces:
    rows = list(registrations)
    return Traces.of(
        names=[name for row in rows for name in both_ways(row.given_name, row.family_name)],
        addresses=[row.email for row in rows],
    )


@transaction.atomic
def erase_registration(*, registration: Registration, by: User) -> Registration:
    """Erases the one person of a registration that is no account's own, by who keeps it or by the organisers.

    One that is not over and whose person was not there yet is cancelled first: seats and offers go on, and so do
    its companions. Otherwise its state and its check-ins stay without a name. Twice is once. Raises NotYours,
    OfAnAccount.
    """
    User.objects.select_for_update(no_key=True).get(pk=registration.managed_by_id)
    fresh = Registration.objects.select_related("managed_by").get(pk=registration.pk)
    if by.pk != fresh.managed_by_id and not by.has_perm(DESK):
        raise NotYours
    if fresh.erased_at is not None:
        return fresh
    if fresh.is_own and fresh.managed_by.erased_at is None:
        raise OfAnAccount
    erase_again(registration=fresh, by=by)
    note_erasure(registrations=[fresh.pk])
    return Registration.objects.get(pk=fresh.pk)


@transaction.atomic
def erase_again(*, registration: Registration, by: User) -> None:
    """The doing of it, whoever may: also for what a restored backup brought back."""
    # An assistant's own address on it is the assistant's; of their mails only the words go.
    found = traces_of([registration])
    traces = Traces(found.names, found.addresses - addresses_of(registration.managed_by))
    ids = [registration.pk]
    masking = Masking(of_nobody_else(traces, registration_ids=ids))
    seek_in_registration(masking, registration_ids=ids)
    seek_in_ground(masking)
    mails = mails_of(addresses=traces.addresses, registration_ids=ids)
    sessions = sessions_of(masking.traces)
    erase_held(ids, by=by)
    forget_invitations(traces.addresses)
    masking.mask()
    erase_mails(mails, masking.traces, registration_ids=ids)
    end_sessions(sessions)


def erase_held(ids: list[int], *, by: User) -> None:
    """Part of an erasure: ends what is not over, then empties all of them."""
    left = Registration.objects.filter(pk__in=ids, erased_at=None).values_list("pk", flat=True)
    rows = held(list(left), in_line=next_in_line)
    # Under the locks of their places: whoever is checked in meanwhile waits, or was there.
    there = set(
        CheckIn.objects.standing().filter(registration__in=ids).values_list("registration", flat=True)
    )
    for row in rows.chosen:
        if not row.is_live or row.edition.phase() == "over":
            continue
        if row.pk not in there:
            _end(row, by=by)
        else:
            # Was there, and is not any more: the seats of the days to come are for others.
            if row.place.delegation_id is None:
                release_seats_of([row.place_id], by=by)
            else:
                IdentityDocument.objects.filter(registration=row).delete()
    empty_registrations([row.pk for row in rows.chosen], at=timezone.now())
    RegistrationEvent.objects.bulk_create(
        RegistrationEvent(registration=row, verb=Verb.ERASED, actor=by) for row in rows.chosen
    )


def _end(row: Registration, *, by: User) -> None:
    """As its cancellation, but nobody is written to who is being forgotten."""
    rows = held([row.pk], in_line=next_in_line)
    (fresh,) = rows.chosen
    if not fresh.is_live:  # it ended with the person it accompanied
        return
    release_seats(rows, by=by)
    verb = Verb.DECLINED if fresh.status == Status.APPROVED else Verb.CANCELLED
    move(fresh, verb, Status.CANCELLED, by=by)
    close_with(rows, by=by)


def erase_person(*, user: User, addresses: frozenset[str], by: User) -> Left:
    """Part of an account's erasure, whose row is locked: the person's own go, those they kept for others stay.

    Each of the others goes to the account of its own person, else to who coordinates the delegation or keeps the
    person that is accompanied, else to a new account for its e-mail address. Who has none of these keeps the
    pseudonym as keeper: the desk finds them among its tasks.
    """
    kept = list(kept_for_others(user, addresses=addresses).select_related("edition", "place__delegation"))
    to = {row.pk: keeper for row in kept if (keeper := _next_keeper(row, user=user, addresses=addresses))}
    own = list(own_registrations(user, addresses=addresses).values_list("pk", flat=True))
    # All at once and in one order, whatever each of them needs afterwards.
    held([*own, *(row.pk for row in kept)], in_line=next_in_line)
    handed = 0
    for row in kept:
        if row.email.lower() in addresses:
            Registration.objects.filter(pk=row.pk).update(email="", mails_to=Registration.MailsTo.MANAGER)
            row.refresh_from_db(fields=["email", "mails_to"])
        if (keeper := to.get(row.pk)) is not None and row.is_live:
            handed += _give(row, to=keeper, by=user)
    erase_held(own, by=by)
    # Of whom nobody can do anything any more, such as a companion whose person does not come: nothing is kept for.
    over = Registration.objects.filter(managed_by=user, erased_at=None, status__in=ENDED)
    empty_registrations(list(over.values_list("pk", flat=True)), at=timezone.now())
    Delegation.objects.filter(coordinator=user).update(coordinator=None)
    PlaceRequest.objects.filter(asked_by=user).exclude(why="").update(why="")
    DeskDevice.objects.filter(user=user).update(name="")
    drop_files(PendingFile.objects.filter(kept_by=user))
    alone = Registration.objects.live().filter(managed_by=user, erased_at=None).count()
    return Left(own, handed, alone)


def _next_keeper(row: Registration, *, user: User, addresses: frozenset[str]) -> User | None:
    if not row.is_live:
        return None
    has_address = bool(row.email) and row.email.lower() not in addresses
    active = User.objects.filter(is_active=True, erased_at=None).exclude(pk=user.pk)
    if has_address and (own := active.filter(email__iexact=row.email).first()):
        return own
    coordinator_id = row.place.delegation.coordinator_id if row.place.delegation else None
    if coordinator_id is not None and (coordinator := active.filter(pk=coordinator_id).first()):
        return coordinator
    if row.place.accompanies_id is not None:
        main = Registration.objects.live().filter(place=row.place.accompanies_id).first()
        if main is not None and (keeper := active.filter(pk=main.managed_by_id).first()):
            return keeper
    if has_address and row.edition.phase() != "over":
        return account_for(email=row.email, name=row.name, language=row.language)
    return None


def _give(row: Registration, *, to: User, by: User) -> int:
    """Hands it over in the name of who kept it: as its account's own, or else as one it keeps."""
    is_theirs = bool(row.email) and row.email.casefold() == to.email.casefold()
    for is_own in (True, False) if is_theirs else (False,):
        try:
            with transaction.atomic():
                hand_over(registration=row, to=to, by=by, is_own=is_own)
        except Refusal:
            continue
        return 1
    return 0


def of_nobody_else(traces: Traces, *, registration_ids: Iterable[int], user: User | None = None) -> Traces:
    """Without the names that somebody else at their editions has too: where these stand, it may be of them."""
    ids = list(registration_ids)
    others = Registration.objects.filter(erased_at=None).exclude(pk__in=ids)
    if ids:
        others = others.filter(edition__in=Registration.objects.filter(pk__in=ids).values("edition"))
    accounts = User.objects.filter(erased_at=None)
    if user is not None:
        others, accounts = others.exclude(managed_by=user, is_own=True), accounts.exclude(pk=user.pk)
    else:
        # The account that was made for the same person has their name as well.
        accounts = accounts.exclude(email__in=list(traces.addresses))
    own = {
        name
        for name in traces.names
        if not accounts.filter(name__iexact=name).exists() and not _called(others, name).exists()
    }
    return Traces(frozenset(own), traces.addresses)


def _called(rows: QuerySet[Registration], name: str) -> QuerySet[Registration]:
    """Whichever words of it are the given name, in the orders of `both_ways`."""
    words = name.replace(",", " ").split()
    called = Q(pk__in=[])
    for cut in range(1, len(words)):
        one, other = " ".join(words[:cut]), " ".join(words[cut:])
        for given, family in ((one, other), (other, one)):
            called |= Q(given_name__iexact=given, family_name__iexact=family)
    return rows.filter(called)


def around(registration_ids: Iterable[int]) -> QuerySet[Registration]:
    """Those who may write of the person: kept by the same, of the same delegation, in their company."""
    rows = Registration.objects.filter(pk__in=list(registration_ids))
    own = rows.values_list("managed_by", "place", "place__accompanies", "place__delegation")
    keepers, places, mains, delegations = (
        ({key for key in keys if key is not None} for keys in zip(*own, strict=True))
        if own
        else ((), (), (), ())
    )
    return Registration.objects.filter(
        Q(managed_by__in=keepers)
        | Q(place__in=[*places, *mains])
        | Q(place__accompanies__in=places)
        | Q(place__delegation__in=delegations)
    )


def seek_in_registration(masking: Masking, *, registration_ids: Iterable[int]) -> None:
    """In what others wrote or kept: notes, reasons, messages that were sent, labels.

    People choose what they are called. So what others say of themselves, and what they are told, is searched only
    where they know each other: nobody erases a stranger's need.
    """
    near = around(registration_ids).order_by().values("pk")
    masking.seek(Answer.objects.filter(registration__in=near), "value")
    masking.seek(NeedReply.objects.filter(registration__in=near), "reply")
    masking.seek(Registration.objects.filter(pk__in=near), "refusal", "needs")
    masking.seek(Place.objects.all(), "note")
    masking.seek(PlaceRequest.objects.all(), "why")
    masking.seek(RegistrationEvent.objects.all(), "reason")
    masking.seek_json(RegistrationEvent.objects.all(), "detail")
    masking.seek(Message.objects.exclude(sent_at=None), *in_columns("subject"), *in_columns("body"))
    masking.seek(DecisionRun.objects.all(), "reason")
    masking.seek(DeskDevice.objects.all(), "name")
    masking.seek(DeskLink.objects.all(), "label")


def forget_invitations(addresses: Iterable[str]) -> None:
    """Those to addresses that are certainly theirs."""
    for address in addresses:
        invitations = PlaceInvitation.objects.filter(email__iexact=address)
        forget_in_log(PlaceInvitation, invitations.values_list("pk", flat=True))
        invitations.delete()
