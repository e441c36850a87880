from __future__ import annotations

import secrets
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
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition
from programme.models import Session
from registration.models.people import Place, Registration

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

    objects: ClassVar[SeatPoolQuerySet] = SeatPoolQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("seats of a session")
        verbose_name_plural = _("seats")
        ordering = ["session__starts_at", "session_id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity__gte=F("held") + F("offered") + F("taken")),
                name="no_seat_given_twice",
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
        return self.capacity - self.held - self.offered - self.taken


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
        indexes = [models.Index(fields=["session", "status"])]
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


class Star(models.Model):
    """A session someone wants to see, without a seat."""

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="stars")
    session = models.ForeignKey(Session, models.PROTECT, related_name="stars")
    starred_at = models.DateTimeField(_("starred"), auto_now_add=True)

    class Meta:
        verbose_name = _("star")
        verbose_name_plural = _("stars")
        constraints = [
            models.UniqueConstraint(fields=["registration", "session"], name="a_star_once"),
        ]

    def __str__(self) -> str:
        return str(self.session)


def new_feed_token() -> str:
    return secrets.token_urlsafe(24)


class FeedLink(models.Model):
    """The private calendar of one registration: who has the address reads the agenda, until it is revoked."""

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="feed_links")
    token = models.CharField(_("token"), max_length=64, unique=True, default=new_feed_token, editable=False)
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["registration"], condition=Q(revoked_at__isnull=True), name="one_calendar_address"
            ),
        ]

    def __str__(self) -> str:
        return str(self.registration)

    def get_absolute_url(self) -> str:
        return reverse("registration_machine:agenda_feed", args=[self.token])
