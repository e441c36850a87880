"""Registering, changing and cancelling: what a person does with a registration, their own or one they keep."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from efus_conference.mail import queue, queue_together
from efus_conference.models import Edition, User
from registration.actions.category_lists import next_in_line, offer
from registration.actions.certificates import end_untrue_certificates
from registration.actions.delegation_refusals import PlaceTakenBack
from registration.actions.entry import (
    MAILS,
    PressDetails,
    has_room,
    keep_press_details,
    may_decide,
    state_in,
)
from registration.actions.locks import violated
from registration.actions.needs import reopen_needs
from registration.actions.places import close_with, release_seats
from registration.actions.refusals import (
    AlreadyRegistered,
    CategoryNotOffered,
    NameStands,
    NoLongerRegistered,
    RegistrationClosed,
)
from registration.actions.state_refusals import (
    AnswerTheOffer,
    CategoryClosed,
    CompanionsFollow,
    SeatsInTheWay,
)
from registration.actions.states import Held, check_may_act, held, move
from registration.models import Booking, Category, CheckIn, Place, Registration, RegistrationEvent, Wait
from registration.powers import DESK
from registration.states import Status

Verb = RegistrationEvent.Verb

# What a person may change of a registration afterwards.
CHANGEABLE = (
    "category",
    "given_name",
    "family_name",
    "email",
    "mails_to",
    "language",
    "function",
    "organisation_name",
    "country",
    "needs",
)
# What a certificate of attendance says of its person.
CERTIFIED = ("given_name", "family_name", "organisation_name")
ONE_PERSON_ONCE = {
    "one_live_registration_per_email",
    "one_own_registration_per_account",
    "one_live_registration_per_place",
}
BEGINNINGS = {
    Status.SUBMITTED: Verb.SUBMITTED,
    Status.WAITING: Verb.WAITS,
    Status.CONFIRMED: Verb.REGISTERED,
}
CHANGES = {Status.SUBMITTED: Verb.RESUBMITTED, Status.WAITING: Verb.WAITS, Status.CONFIRMED: Verb.CONFIRMED}


def register(
    *,
    edition: Edition,
    managed_by: User,
    by: User,
    is_own: bool,
    category: Category,
    given_name: str,
    family_name: str,
    email: str,
    mails_to: str,
    language: str,
    function: str,
    organisation_name: str,
    country: str,
    needs: str,
    place: Place | None = None,
    press: PressDetails | None = None,
    is_desk: bool = False,
    is_walk_in: bool = False,
) -> Registration:
    """Registers one person and queues the mail that says how it stands: submitted, waiting or confirmed.

    The desk may register outside the window, in categories by invitation and without a press card, and what it
    enters is approved by that. A granted `place`, of a delegation or of a companion, waits for no window either.
    Who walks in comes in: where the category is full, outside its quota. The desk has looked for the person before;
    without an address of theirs no mail is sent.
    Raises RegistrationClosed, CategoryNotOffered, PressDetailsMissing, PlaceTakenBack, AlreadyRegistered.
    """
    registration = Registration(
        edition=edition,
        managed_by=managed_by,
        is_own=is_own,
        category=category,
        given_name=given_name,
        family_name=family_name,
        email=email,
        mails_to=mails_to if email else Registration.MailsTo.MANAGER,
        language=language,
        function=function,
        organisation_name=organisation_name,
        country=country,
        needs=needs,
        status=Status.DRAFT,
    )
    try:
        with transaction.atomic():
            # Of a double click the second waits here, and then finds what the first has made.
            User.objects.select_for_update(no_key=True).get(pk=managed_by.pk)
            # The last place of the category is given once, and the window is that of this moment.
            category = Category.objects.locked([category.pk]).select_related("edition").get()
            registration.category = category
            is_granted = place is not None and (place.delegation_id or place.accompanies_id) is not None
            is_companion = place is not None and place.accompanies_id is not None
            _check_entry(
                category,
                edition,
                is_open=is_desk or (is_granted and edition.phase() != "over"),
                may_choose_any=is_desk or is_companion,
            )
            if not is_walk_in and (existing := _same_person(registration)):
                raise AlreadyRegistered(existing)
            registration.place = _locked_place(place) if place else Place.objects.create(edition=edition)
            registration.is_outside_quota = is_granted or (is_walk_in and not has_room(category))
            registration.save(force_insert=True)
            if category.is_press:
                keep_press_details(registration, press, is_needed=not is_desk)
            after = state_in(
                category,
                is_outside_quota=registration.is_outside_quota,
                is_approved=is_desk and may_decide(category, by),
            )
            move(registration, BEGINNINGS[after], after, by=by)
            if email or not is_walk_in:
                queue(MAILS[after], registration_id=registration.pk)
    except IntegrityError as error:
        if violated(error) in ONE_PERSON_ONCE:
            raise AlreadyRegistered(_same_person(registration))
        raise
    return registration


def change_registration(
    *, registration: Registration, by: User, press: PressDetails | None = None, **fields: Any
) -> Registration:
    """Changes what differs, writes which fields (never their values) into the history and queues a mail.

    In another category it stands as anyone who comes into it: it may have to be approved or to wait. Companions are
    of the category of their person, who takes them along. Of who was checked in only the desk corrects the name,
    and certificates with the old one end. Raises NotYours, NoLongerRegistered, Erased, NameStands, CompanionsFollow,
    CategoryNotOffered, CategoryClosed, AnswerTheOffer, SeatsInTheWay, PressDetailsMissing, AlreadyRegistered (an
    e-mail address in use).
    """
    if unknown := fields.keys() - set(CHANGEABLE):
        raise TypeError(f"Not to be changed: {', '.join(sorted(unknown))}.")
    try:
        with transaction.atomic():
            wanted: Category | None = fields.pop("category", None)
            leaves = wanted is not None and wanted.pk != registration.category_id
            rows = held(
                [registration.pk],
                also_categories=[wanted.pk] if wanted else [],
                in_line=next_in_line if leaves or registration.category.is_press else None,
            )
            (fresh,) = rows.chosen
            check_may_act(fresh, by)
            if not fresh.is_live:
                raise NoLongerRegistered
            changed = [name for name, value in fields.items() if getattr(fresh, name) != value]
            is_moving = wanted is not None and wanted.pk != fresh.category_id
            if is_moving and fresh.place.accompanies_id is not None:
                raise CompanionsFollow
            if press is not None:
                keep_press_details(fresh, press, is_needed=False)
            if not changed and not is_moving:
                return fresh
            says_another = any(name in changed for name in CERTIFIED)
            if says_another and name_stands(fresh, by=by):
                raise NameStands
            for name in changed:
                setattr(fresh, name, fields[name])
            if "organisation_name" in changed:
                # The desk matched the old name with a row of ours; the new one waits to be matched again.
                fresh.organisation = None
            if not fresh.email:
                fresh.mails_to = Registration.MailsTo.MANAGER
            fresh.save()
            if says_another:
                end_untrue_certificates(fresh)
            if "needs" in changed:
                reopen_needs(fresh)
            if not is_moving and {"given_name", "family_name"} & set(changed):
                accredit_anew(rows, by=by)
            names = ["category", *changed] if is_moving else changed
            fresh.events.create(verb=Verb.CHANGED, actor=by, detail={"fields": names})
            mail = ""
            if wanted is not None and is_moving:
                mail = _change_category(rows, rows.categories[wanted.pk], by=by, press=press)
            if mail:
                queue(mail, registration_id=fresh.pk)
            else:
                queue_together("registration/changed", registration_id=fresh.pk)
            return fresh
    except IntegrityError as error:
        if violated(error) in ONE_PERSON_ONCE:
            raise AlreadyRegistered
        raise


def name_stands(registration: Registration, *, by: User) -> bool:
    """Whether only the desk may correct name and organisation any more: the person was checked in under them."""
    was_there = CheckIn.objects.standing().filter(registration=registration)
    return not by.has_perm(DESK) and was_there.exists()


@transaction.atomic
def cancel_registration(*, registration: Registration, by: User, reason: str = "") -> Registration:
    """Cancels it with those of its companions; their seats and its place in the category go to those who wait.

    The seats of a delegation's place stay with the place. Once it has ended, a second call changes nothing.
    Raises NotYours, Erased.
    """
    rows = held([registration.pk], in_line=next_in_line)
    (fresh,) = rows.chosen
    check_may_act(fresh, by)
    if not fresh.is_live:
        return fresh
    # A delegation's place keeps its seats for whoever its coordinator names next.
    release_seats(rows, by=by)
    verb = Verb.DECLINED if fresh.status == Status.APPROVED else Verb.CANCELLED
    move(fresh, verb, Status.CANCELLED, by=by, reason=reason)
    queue("registration/cancelled", registration_id=fresh.pk)
    close_with(rows, by=by, reason=reason)
    return fresh


def _check_entry(category: Category, edition: Edition, *, is_open: bool, may_choose_any: bool) -> None:
    """Raises RegistrationClosed, CategoryNotOffered."""
    if category.edition_id != edition.pk or (category.is_by_invitation and not may_choose_any):
        raise CategoryNotOffered
    if is_open:
        return
    if not category.is_open():
        has_own_window = category.opens_at or category.closes_at
        raise CategoryClosed(category) if has_own_window else RegistrationClosed(category.edition)


def _locked_place(place: Place) -> Place:
    fresh = Place.objects.locked([place.pk]).get()
    if fresh.closed_at is not None:
        raise PlaceTakenBack
    return fresh


def _same_person(registration: Registration) -> Registration | None:
    """A live registration of this account that is for the same person, if there is one."""
    # Without an address the name must do: it is one account's list, where one knows whom one registered.
    same = Q(given_name__iexact=registration.given_name, family_name__iexact=registration.family_name)
    same &= Q(email="") if not registration.email else Q(email__iexact=registration.email)
    if registration.email:
        same |= Q(email__iexact=registration.email)
    if registration.is_own:
        same |= Q(is_own=True)
    return (
        Registration.objects.live()
        .managed_by(registration.managed_by)
        .filter(same, edition=registration.edition)
        .order_by("pk")
        .first()
    )


def _change_category(rows: Held, category: Category, *, by: User, press: PressDetails | None) -> str:
    """Puts it into the other category, which is locked, and offers on the place it leaves; the mail to be sent."""
    (row,) = rows.chosen
    is_desk = by.has_perm(DESK)
    is_granted = row.is_outside_quota
    _check_entry(category, row.edition, is_open=is_desk or is_granted, may_choose_any=is_desk)
    if row.status == Status.APPROVED:
        raise AnswerTheOffer
    if category.is_press:
        keep_press_details(row, press, is_needed=not is_desk)
    # The desk that moves someone who was approved once approves them there too; who was not yet, still waits for it.
    is_approved = is_desk and row.status != Status.SUBMITTED and may_decide(category, by)
    after = state_in(category, is_outside_quota=is_granted, is_approved=is_approved)
    mail = ""
    if after == row.status:
        row.category = category
        if after == Status.WAITING:
            # At the end of the other list, and no longer with those it waited with on this one.
            row.waiting_since, row.party = timezone.now(), None
        row.save(update_fields=["category", "waiting_since", "party", "changed_at"])
    else:
        if row.status == Status.CONFIRMED and not is_granted and _has_seats(row):
            raise SeatsInTheWay
        move(row, CHANGES[after], after, by=by, category=category)
        mail = MAILS[after]
    for companion in rows.companions:
        # The doors their badge opens are their person's; whether they come was decided with the person.
        companion.category = category
        companion.save(update_fields=["category", "changed_at"])
        companion.events.create(verb=Verb.CHANGED, actor=by, detail={"fields": ["category"]})
    offer(rows)
    return mail


def accredit_anew(rows: Held, *, by: User) -> None:
    """Part of a change: accredited was this name, medium and card, and on others the press office decides again.

    What the desk corrects stays accredited. The place is offered on meanwhile. Raises AnswerTheOffer, SeatsInTheWay.
    """
    (row,) = rows.chosen
    if not row.category.is_press or row.status == Status.SUBMITTED or by.has_perm(DESK):
        return
    if row.status == Status.APPROVED:
        raise AnswerTheOffer
    if _has_seats(row):
        raise SeatsInTheWay
    move(row, Verb.RESUBMITTED, Status.SUBMITTED, by=by)
    queue(MAILS[Status.SUBMITTED], registration_id=row.pk)
    offer(rows)


def _has_seats(row: Registration) -> bool:
    """Whether it holds seats or waits for some; companions hold none without their person."""
    places = Place.objects.with_companions(row.place_id).values("pk")
    return (
        Booking.objects.standing().filter(place__in=places).exists()
        or Wait.objects.standing().filter(place__in=places).exists()
    )
