"""What is kept of an edition for how long, kind by kind: the periods, and the rows that a run takes.

A kind is a list of parts; each part names its rows and says what becomes of some of them. The rows of an edition are
found by its own indexes, in the order of their keys, so a run walks through them once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils import timezone

from efus_conference.erased_accounts import erase_account, forget_in_log
from efus_conference.models import Edition, Mail, User
from programme.models import Speaker
from registration.actions.answers import NEEDS_KEPT, PRESS_CARDS_KEPT
from registration.actions.emptying import empty_registrations
from registration.actions.uploads import delete_stored, drop_files
from registration.models import (
    AgendaChange,
    Answer,
    Certificate,
    CheckIn,
    Consent,
    Delegation,
    DeskAlert,
    DeskDevice,
    DeskLink,
    DeskPassphrase,
    FeedLink,
    HeadsetLoan,
    NeedReply,
    PendingFile,
    PlaceInvitation,
    PressCard,
    Question,
    Registration,
    RetentionRule,
    RetentionRun,
    SensitiveReading,
    Star,
)

What = RetentionRule.What

# Days after the last day of the edition. Names stay as long as those who fund a conference may ask who was there.
DEFAULTS: dict[str, int] = {
    What.NEEDS: NEEDS_KEPT.days,
    What.DESK: 90,
    What.MAILS: 180,
    What.PRESS: PRESS_CARDS_KEPT.days,
    What.CONTACT: 365,
    What.READINGS: 365,
    What.ACCOUNTS: 730,
    What.NAMES: 1825,
}
YEAR = 365  # days, as periods are set
Taker = Callable[[Sequence[Any], datetime], object]


@dataclass(frozen=True)
class Part:
    """Rows of one table: those of an edition that are still there, and what becomes of a batch of their keys."""

    rows: Callable[[Edition], QuerySet[Any]]
    take: Taker


def days_kept(edition: Edition) -> dict[str, int]:
    """By kind, in days after the last day of the edition: its own periods, else the usual ones."""
    own = dict(RetentionRule.objects.filter(edition=edition).values_list("what", "days"))
    return {**DEFAULTS, **own}


def due_on(edition: Edition, days: int) -> date | None:
    """The first day on which it is not kept any more; None for an edition without days."""
    until = kept_until(edition, days)
    return until + timedelta(days=1) if until else None


def kept_until(edition: Edition, days: int) -> date | None:
    """The last day on which it is kept: of whole years the day of the edition's end, as everybody counts them."""
    if edition.ends_on is None:
        return None
    if days and days % YEAR == 0:
        last = edition.ends_on
        day = 28 if (last.month, last.day) == (2, 29) else last.day
        return last.replace(year=last.year + days // YEAR, day=day)
    return edition.ends_on + timedelta(days=days)


def is_due(edition: Edition, days: int, *, at: datetime | None = None) -> bool:
    """By the edition's own calendar."""
    due = due_on(edition, days)
    return due is not None and (at or timezone.now()).astimezone(edition.zone).date() >= due


def announced() -> list[RetentionRun]:
    """The trials by the clock of what is deleted next: none that was done since, or is due on another day by now."""
    later = RetentionRun.objects.filter(
        edition=OuterRef("edition"),
        what=OuterRef("what"),
        is_trial=False,
        started_at__gte=OuterRef("started_at"),
    )
    trials = (
        RetentionRun.objects.filter(~Exists(later), is_trial=True, by=None)
        .select_related("edition")
        .prefetch_related("edition__hosting__organisation")
        .order_by("edition", "due_on", "what")
    )
    periods = {edition.pk: days_kept(edition) for edition in {trial.edition for trial in trials}}
    return [
        trial
        for trial in trials
        if trial.due_on == due_on(trial.edition, periods[trial.edition_id].get(trial.what, 0))
    ]


def count_rows(edition: Edition, what: str) -> int:
    """How many a run would take."""
    return sum(part.rows(edition).count() for part in PARTS[what])


def _deletes(model: Any) -> Taker:
    def take(keys: Sequence[Any], at: datetime) -> None:
        forget_in_log(model, keys)
        model._default_manager.filter(pk__in=keys).delete()

    return take


def _of(model: Any, path: str = "registration__edition") -> Part:
    return Part(lambda edition: model._default_manager.filter(**{path: edition}), _deletes(model))


def _delete_with_files(model: Any, field: str) -> Taker:
    def take(keys: Sequence[Any], at: datetime) -> None:
        rows = model._default_manager.filter(pk__in=keys)
        names = list(rows.values_list(field, flat=True))
        forget_in_log(model, keys)
        rows.delete()
        delete_stored(names)

    return take


def _forget_needs(keys: Sequence[Any], at: datetime) -> None:
    Registration.objects.filter(pk__in=keys).update(needs="")


def _forget_contact(keys: Sequence[Any], at: datetime) -> None:
    Registration.objects.filter(pk__in=keys).update(
        email="", mails_to=Registration.MailsTo.MANAGER, function=""
    )


def _mails(edition: Edition) -> QuerySet[Any]:
    """Those about its registrations and its invitations; mails of accounts alone are of no edition."""
    about = {
        "registration_id": Registration.objects.filter(edition=edition),
        "invitation_id": PlaceInvitation.objects.filter(place__edition=edition),
    }
    rows = Mail.objects.filter(kind__startswith="registration/")
    theirs = Q(pk__in=[])
    for name, concerned in about.items():
        rows = rows.annotate(**{name: Cast(KT(f"subject_ids__{name}"), BigIntegerField())})
        theirs |= Q(**{f"{name}__in": concerned.values("pk")})
    return rows.filter(theirs)


def _unused_accounts(edition: Edition) -> QuerySet[Any]:
    """Accounts of no organiser or speaker, with which nobody logged in after the edition or comes to a later one."""
    last = edition.ends_at()
    if last is None or edition.phase() != "over":
        # Until then everybody's last login is before its end.
        return User.objects.none()
    later = Q(edition__ends_on__isnull=True) | Q(edition__ends_on__gt=edition.ends_on)
    comes = Registration.objects.filter(later, managed_by=OuterRef("pk"), erased_at=None)
    leads = Delegation.objects.filter(later, coordinator=OuterRef("pk"))
    speaks = Speaker.objects.filter(user=OuterRef("pk"))
    return User.objects.filter(
        Q(last_login__lt=last) | Q(last_login__isnull=True),
        ~Exists(comes),
        ~Exists(leads),
        ~Exists(speaks),
        date_joined__lt=last,
        is_staff=False,
        is_superuser=False,
        erased_at=None,
    )


def _erase_accounts(keys: Sequence[Any], at: datetime) -> None:
    for user in User.objects.filter(pk__in=keys):
        Mail.objects.filter(Q(user=user) | Q(to__iexact=user.email)).delete()
        drop_files(PendingFile.objects.filter(kept_by=user))
        erase_account(user=user)


def _erase_names(keys: Sequence[Any], at: datetime) -> None:
    """Attendance too: how many were there stands in the closing of the edition."""
    empty_registrations(keys, at=at)
    for model in (CheckIn, Consent):
        model._default_manager.filter(registration__in=keys).delete()


def _empty_certificates(keys: Sequence[Any], at: datetime) -> None:
    rows = Certificate.objects.filter(pk__in=keys)
    delete_stored(list(rows.values_list("file", flat=True)))
    rows.filter(withdrawn_at=None).update(withdrawn_at=at, withdrawn_why=Certificate.Withdrawn.ERASED)
    Certificate.objects.filter(pk__in=keys).update(name="", organisation_name="", file="", sha256="")


PARTS: dict[str, list[Part]] = {
    What.NEEDS: [
        Part(lambda edition: Registration.objects.filter(edition=edition).exclude(needs=""), _forget_needs),
        _of(NeedReply),
        Part(
            lambda edition: Answer.objects.filter(
                registration__edition=edition, question__privacy=Question.Privacy.ACCESS
            ),
            _delete_with_files(Answer, "file"),
        ),
    ],
    What.PRESS: [
        Part(
            lambda edition: PressCard.objects.filter(registration__edition=edition),
            _delete_with_files(PressCard, "card"),
        )
    ],
    What.CONTACT: [
        Part(
            lambda edition: Registration.objects.filter(edition=edition).exclude(email="", function=""),
            _forget_contact,
        ),
        _of(Star),
        _of(FeedLink),
        _of(AgendaChange),
        _of(PlaceInvitation, "place__edition"),
    ],
    What.MAILS: [Part(_mails, _deletes(Mail))],
    What.DESK: [
        _of(DeskAlert, "edition"),
        _of(HeadsetLoan, "edition"),
        _of(DeskDevice, "edition"),
        _of(DeskLink, "edition"),
        _of(DeskPassphrase, "edition"),
    ],
    What.READINGS: [_of(SensitiveReading)],
    What.NAMES: [
        Part(lambda edition: Registration.objects.filter(edition=edition, erased_at=None), _erase_names),
        # Of those who were erased before at their own wish.
        Part(
            lambda edition: CheckIn.objects.filter(edition=edition, registration__erased_at__isnull=False),
            _deletes(CheckIn),
        ),
        Part(
            lambda edition: Consent.objects.filter(
                registration__edition=edition, registration__erased_at__isnull=False
            ),
            _deletes(Consent),
        ),
        # Whose registration is gone.
        Part(
            lambda edition: Certificate.objects.filter(edition=edition).exclude(name="", file=""),
            _empty_certificates,
        ),
    ],
    What.ACCOUNTS: [Part(_unused_accounts, _erase_accounts)],
}
