from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Deferrable, F, Q
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition
from programme.models import Session, SessionKind, Speaker
from registration.models.delegations import Delegation, Place

NOT_THAT_MANY = _(
    "There are not that many seats: those held back, offered and taken together exceed the number."
)


class SeatPoolQuerySet(models.QuerySet["SeatPool"]):
    def locked(self, session_ids: Iterable[int]) -> SeatPoolQuerySet:
        """The sessions' pools, locked to the end of the transaction.

        Always in the order of their ids, so that two transactions that touch the same pools never wait for
        each other.
        """
        return self.select_for_update(of=("self",)).filter(session_id__in=session_ids).order_by("session_id")

    def locked_of(self, edition: Edition) -> SeatPoolQuerySet:
        """All pools of an edition, locked in the same order."""
        return self.select_for_update(of=("self",)).filter(session__edition=edition).order_by("session_id")

    def bookable(self, edition: Edition, at: datetime) -> SeatPoolQuerySet:
        """Those of the edition's public sessions that take place and have not begun at that moment."""
        return self.filter(
            session__released__edition=edition,
            session__released__status="confirmed",
            session__released__during__startswith__gt=at,
        )


class SeatPool(models.Model):
    """The seats of one session that is booked; without a pool a session needs no booking.

    The numbers are live and never part of a release. Only `actions.py` changes them, with the pool locked.
    """

    session = models.OneToOneField(
        Session, models.PROTECT, primary_key=True, related_name="seat_pool", verbose_name=_("session")
    )
    capacity = models.PositiveIntegerField(_("seats"))
    held = models.PositiveIntegerField(
        _("held back"),
        default=0,
        help_text=_("For a city, a speaker or the desk; nobody else can book them."),
    )
    offered = models.PositiveIntegerField(_("offered"), default=0, editable=False)
    taken = models.PositiveIntegerField(_("taken"), default=0, editable=False)
    waiting = models.PositiveIntegerField(_("waiting"), default=0, editable=False)
    wheelchairs = models.PositiveIntegerField(
        _("wheelchair places"), default=0, help_text=_("Beside the seats; only who needs one books it.")
    )
    wheelchairs_offered = models.PositiveIntegerField(
        _("wheelchair places offered"), default=0, editable=False
    )
    wheelchairs_taken = models.PositiveIntegerField(_("wheelchair places taken"), default=0, editable=False)
    wheelchairs_waiting = models.PositiveIntegerField(
        _("waiting for a wheelchair place"), default=0, editable=False
    )

    objects: ClassVar[SeatPoolQuerySet] = SeatPoolQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("seats of a session")
        verbose_name_plural = _("sessions with seats")
        ordering = ["session__starts_at", "session_id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity__gte=F("held") + F("offered") + F("taken")),
                name="no_seat_given_twice",
                violation_error_message=NOT_THAT_MANY,
            ),
            models.CheckConstraint(
                condition=Q(wheelchairs__gte=F("wheelchairs_offered") + F("wheelchairs_taken")),
                name="no_wheelchair_place_given_twice",
                violation_error_message=NOT_THAT_MANY,
            ),
        ]

    def __str__(self) -> str:
        return str(self.session)

    def clean(self) -> None:
        super().clean()
        # The constraint alone would not be asked in a form that shows neither what is offered nor taken.
        if self.capacity is not None and self.held is not None and self.free < 0:
            raise ValidationError({"capacity": NOT_THAT_MANY})

    @property
    def free(self) -> int:
        """Seats that nobody has, is offered or has held back; those who wait come first."""
        return self.capacity - self.held - self.offered - self.taken

    @property
    def wheelchairs_free(self) -> int:
        return self.wheelchairs - self.wheelchairs_offered - self.wheelchairs_taken

    @property
    def is_in_use(self) -> bool:
        """Whether anybody has, is offered, waits for or has held back one of its seats."""
        numbers = (self.taken, self.offered, self.waiting, self.held)
        return any((*numbers, self.wheelchairs_taken, self.wheelchairs_offered, self.wheelchairs_waiting))

    @property
    def open(self) -> int:
        """How many seats anyone may book at once: none while someone waits."""
        return 0 if self.waiting else self.free

    @property
    def wheelchairs_open(self) -> int:
        return 0 if self.wheelchairs_waiting else self.wheelchairs_free


class Hold(models.Model):
    """Seats of one session held back: for a delegation, for a speaker, or, for neither, for the desk.

    The pool's `held` is the sum of what is left of them; a trigger keeps it.
    """

    pool = models.ForeignKey(SeatPool, models.CASCADE, related_name="holds", verbose_name=_("session"))
    delegation = models.ForeignKey(
        Delegation, models.PROTECT, null=True, blank=True, related_name="holds", verbose_name=_("delegation")
    )
    speaker = models.ForeignKey(
        Speaker, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("speaker")
    )
    seats = models.PositiveIntegerField(_("seats"))
    used = models.PositiveIntegerField(_("used"), default=0, editable=False)

    class Meta:
        verbose_name = _("seats held back")
        verbose_name_plural = _("seats held back")
        constraints = [
            models.CheckConstraint(
                condition=Q(seats__gte=F("used")),
                name="no_held_seat_given_twice",
                violation_error_message=_("More of these seats are booked already."),
            ),
            models.CheckConstraint(
                condition=Q(delegation__isnull=True) | Q(speaker__isnull=True),
                name="seats_are_held_for_one",
                violation_error_message=_("Hold seats for a delegation or for a speaker, not for both."),
            ),
            models.UniqueConstraint(
                fields=["pool", "delegation", "speaker"], nulls_distinct=False, name="one_hold_for_each"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="holds_add_up",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    UPDATE registration_seatpool SET held = (
                        SELECT coalesce(sum(seats - used), 0) FROM registration_hold
                        WHERE pool_id = coalesce(NEW.pool_id, OLD.pool_id)
                    ) WHERE session_id = coalesce(NEW.pool_id, OLD.pool_id);
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delegation or self.speaker or _('desk')} · {self.seats}"


class BookingQuerySet(models.QuerySet["Booking"]):
    def standing(self) -> BookingQuerySet:
        """Those that hold a seat, in a clash or not."""
        return self.filter(status__in=Booking.STANDING)


class Booking(models.Model):
    """One seat of one session for one place."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("booked")
        CLASH = "clash", _("booked, but overlaps another")
        GIVEN_UP = "given_up", _("given up")
        CALLED_OFF = "called_off", _("session cancelled")

    STANDING = (Status.ACTIVE, Status.CLASH)

    place = models.ForeignKey(Place, models.PROTECT, related_name="bookings", verbose_name=_("place"))
    session = models.ForeignKey(Session, models.PROTECT, related_name="bookings", verbose_name=_("session"))
    during = DateTimeRangeField(_("time"), help_text=_("Copied from the release; it follows each new one."))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    is_wheelchair = models.BooleanField(_("wheelchair place"), default=False)
    hold = models.ForeignKey(
        Hold,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bookings",
        verbose_name=_("from the seats held back"),
    )
    clash_until = models.DateTimeField(_("to be settled until"), null=True, blank=True, editable=False)
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("booked by")
    )
    booked_at = models.DateTimeField(_("booked"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    identity_reminded_at = models.DateTimeField(
        _("reminded of the identity document"), null=True, blank=True, editable=False
    )

    objects: ClassVar[BookingQuerySet] = BookingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ["during", "pk"]
        constraints = [
            # Immediate, so that a booking learns of an overlap at once; a release that moves several of a
            # place's sessions defers it to its end.
            ExclusionConstraint(
                name="a_place_sits_in_one_session_at_a_time",
                expressions=[("place", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(status="active"),
                deferrable=Deferrable.IMMEDIATE,
            ),
            models.UniqueConstraint(
                fields=["place", "session"],
                condition=Q(status__in=["active", "clash"]),
                name="one_seat_per_place_and_session",
            ),
        ]
        indexes = [
            models.Index(fields=["session", "status"]),
            models.Index(fields=["clash_until"], condition=Q(status="clash"), name="clashes_to_settle"),
        ]
        triggers = [
            # Whoever frees the seat, and however: what was given for a secured visit goes with it, at once.
            pgtrigger.Trigger(
                name="identity_goes_with_the_seat",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("status"),
                func="""
                    IF NEW.status NOT IN ('active', 'clash') THEN
                        DELETE FROM registration_identitydocument WHERE booking_id = NEW.id;
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session} · {self.get_status_display()}"

    def overlaps(self, other: Booking) -> bool:
        """Whether it is another one at the same time; the end of one may be the beginning of the next."""
        return (
            self.pk != other.pk
            and self.during.lower < other.during.upper
            and other.during.lower < self.during.upper
        )


class BookingLimit(models.Model):
    """How many seats one person may have in sessions of one kind; companions are not counted."""

    edition = models.ForeignKey(
        Edition, models.CASCADE, related_name="booking_limits", verbose_name=_("edition")
    )
    kind = models.ForeignKey(SessionKind, models.CASCADE, related_name="+", verbose_name=_("kind of session"))
    most = models.PositiveSmallIntegerField(_("seats per person at most"))

    class Meta:
        verbose_name = _("limit of seats per person")
        verbose_name_plural = _("limits of seats per person")
        constraints = [
            models.UniqueConstraint(fields=["edition", "kind"], name="one_limit_per_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.most}"


class BookingRules(models.Model):
    """The periods an edition's offers and deadlines go by; without a row, these defaults."""

    edition = models.OneToOneField(
        Edition, models.CASCADE, related_name="booking_rules", verbose_name=_("edition")
    )
    offer_hours = models.PositiveSmallIntegerField(
        _("an offer stands for, in hours"),
        default=24,
        help_text=_("Less when the session is near: never beyond half of the time that is left."),
    )
    group_cut_off_hours = models.PositiveSmallIntegerField(
        _("a group waits for all its seats until, in hours before the session"),
        default=48,
        help_text=_(
            "Until then free seats are kept until there are enough for all of it; then it is offered what there is."
        ),
    )
    clash_hours = models.PositiveSmallIntegerField(
        _("a clash is to be settled within, in hours"),
        default=72,
        help_text=_("Then the seat that was booked earlier stays."),
    )
    reminder_days = models.PositiveSmallIntegerField(_("reminder, in days before the first day"), default=7)
    digest_hour = models.PositiveSmallIntegerField(
        _("changes are told at, in hours of the edition's own clock"), default=17
    )

    class Meta:
        verbose_name = _("rules of booking")
        verbose_name_plural = _("rules of booking")
        constraints = [
            models.CheckConstraint(
                condition=Q(offer_hours__gte=1, clash_hours__gte=1, digest_hour__lte=23),
                name="booking_rules_make_sense",
                violation_error_message=_("Use at least one hour, and an hour of the day up to 23."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.edition)

    @classmethod
    def of(cls, edition: Edition) -> BookingRules:
        return cls.objects.filter(edition=edition).first() or cls(edition=edition)
