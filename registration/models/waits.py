from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programme.models import Session
from registration.models.delegations import Place
from registration.models.seats import SeatPool


class WaitParty(models.Model):
    """One request for seats of a session: by one place, or by several that want all of them, or some.

    Made with the pool locked, so the ids of a session's parties are the order of their arrival.
    """

    pool = models.ForeignKey(SeatPool, models.CASCADE, related_name="parties", verbose_name=_("session"))
    wants_all = models.BooleanField(_("all or none"), default=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)

    class Meta:
        verbose_name = _("group waiting for seats")
        verbose_name_plural = _("groups waiting for seats")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.pool} · {self.pk}"


class WaitQuerySet(models.QuerySet["Wait"]):
    def standing(self) -> WaitQuerySet:
        """Those who wait, and those who are offered a seat."""
        return self.filter(status__in=Wait.STANDING)

    def waiting(self) -> WaitQuerySet:
        """In the order in which their turn comes."""
        return self.filter(status=Wait.Status.WAITING).order_by("party_id", "pk")

    def offered(self) -> WaitQuerySet:
        return self.filter(status=Wait.Status.OFFERED)


class Wait(models.Model):
    """One place that waits for one seat of a session, and what came of it. An offered seat is kept for it."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        OFFERED = "offered", _("seat offered")
        ACCEPTED = "accepted", _("seat accepted")
        LEFT = "left", _("left the list")
        DECLINED = "declined", _("declined")
        EXPIRED = "expired", _("offer expired")
        CUT_OFF = "cut_off", _("list closed")
        CLASH = "clash", _("speaks at that time")
        CALLED_OFF = "called_off", _("session cancelled")

    STANDING = (Status.WAITING, Status.OFFERED)

    session = models.ForeignKey(Session, models.PROTECT, related_name="waits", verbose_name=_("session"))
    place = models.ForeignKey(Place, models.PROTECT, related_name="waits", verbose_name=_("place"))
    party = models.ForeignKey(WaitParty, models.PROTECT, related_name="waits", verbose_name=_("group"))
    is_wheelchair = models.BooleanField(_("wheelchair place"), default=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    offered_at = models.DateTimeField(_("offered"), null=True, blank=True)
    offer_until = models.DateTimeField(_("offered until"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects: ClassVar[WaitQuerySet] = WaitQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("wait for a seat")
        verbose_name_plural = _("waits for seats")
        ordering = ["party_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["place", "session"],
                condition=Q(status__in=["waiting", "offered"]),
                name="one_wait_per_place_and_session",
            ),
            models.CheckConstraint(
                condition=Q(status="offered", offered_at__isnull=False, offer_until__isnull=False)
                | ~Q(status="offered"),
                name="an_offered_seat_has_its_end",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "offered"], ended_at__isnull=True)
                | (~Q(status__in=["waiting", "offered"]) & Q(ended_at__isnull=False)),
                name="a_wait_that_ended_has_its_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["session", "party"], condition=Q(status="waiting"), name="waits_in_order"),
            models.Index(fields=["offer_until"], condition=Q(status="offered"), name="offers_to_expire"),
        ]

    def __str__(self) -> str:
        return f"{self.session} · {self.get_status_display()}"
