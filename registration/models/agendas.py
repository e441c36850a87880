from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from programme.models import Release, Session
from registration.models.people import Registration


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
    """A secret address of one registration's agenda: who has it reads it, until it is revoked."""

    class Purpose(models.TextChoices):
        CALENDAR = "calendar", _("for a calendar")
        PAGE = "page", _("as a page to share")

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="feed_links")
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose, default=Purpose.CALENDAR)
    token = models.CharField(_("token"), max_length=64, unique=True, default=new_feed_token, editable=False)
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("address of an agenda")
        verbose_name_plural = _("addresses of agendas")
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "purpose"],
                condition=Q(revoked_at__isnull=True),
                name="one_address_per_purpose",
            ),
        ]

    def __str__(self) -> str:
        return str(self.registration)

    def get_absolute_url(self) -> str:
        if self.purpose == self.Purpose.PAGE:
            return reverse("registration:shared_agenda", args=[self.token])
        return reverse("registration_machine:agenda_feed", args=[self.token])


class AgendaChange(models.Model):
    """What one release changed for one person, until a digest told them.

    `before` and `after` are {"during": [iso, iso], "room": id or null, "status": …, "languages": […]}: several
    of one session become one line, from the first “before” to the last “after”.
    """

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="agenda_changes")
    session = models.ForeignKey(Session, models.CASCADE, related_name="+")
    release = models.ForeignKey(Release, models.CASCADE, related_name="+")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    had_seat = models.BooleanField(default=False)
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    told_at = models.DateTimeField(_("told"), null=True, blank=True)

    class Meta:
        verbose_name = _("change of an agenda")
        verbose_name_plural = _("changes of agendas")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "session", "release"], name="a_change_is_noted_once"
            ),
        ]
        indexes = [
            models.Index(fields=["registration"], condition=Q(told_at__isnull=True), name="changes_to_tell"),
        ]

    def __str__(self) -> str:
        return f"{self.session} · {self.registration}"


class Message(models.Model):
    """What organisers write to a group of those who take part."""

    class Audience(models.TextChoices):
        ALL = "all", _("everyone who takes part")
        CITY = "city", _("a delegation")
        SESSION = "session", _("those with a seat in a session")
        WAITING = "waiting", _("those waiting for a session")
        SEATLESS = "seatless", _("those without any seat")
        CATEGORY = "category", _("a category")

    edition = models.ForeignKey(
        "efus_conference.Edition", models.PROTECT, related_name="+", verbose_name=_("edition")
    )
    audience = models.CharField(_("to whom"), max_length=10, choices=Audience, default=Audience.ALL)
    delegation = models.ForeignKey(
        "registration.Delegation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("delegation"),
    )
    session = models.ForeignKey(
        Session, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("session")
    )
    category = models.ForeignKey(
        "registration.Category",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
    )
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(
        _("text"),
        max_length=10_000,
        help_text=_("Placeholders: {given_name}, {family_name}, {organisation}, {edition}, {agenda}."),
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("written by")
    )
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    sent_count = models.PositiveIntegerField(_("recipients"), default=0, editable=False)

    class Meta:
        verbose_name = _("message to participants")
        verbose_name_plural = _("messages to participants")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(audience="city", delegation__isnull=False)
                | Q(audience__in=["session", "waiting"], session__isnull=False)
                | Q(audience="category", category__isnull=False)
                | Q(audience__in=["all", "seatless"]),
                name="a_message_has_its_group",
                violation_error_message=_("Say which delegation, session or category is meant."),
            ),
        ]

    def __str__(self) -> str:
        return self.subject
