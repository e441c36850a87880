from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition, Organisation

# Devices bring check-ins late, and certificates are told of, for sixty days (`actions.certificates.TOLD_FOR`).
LEAST_DAYS = 61


class RetentionRule(models.Model):
    """How long after an edition's last day one kind of personal data is kept; without a row, the default."""

    class What(models.TextChoices):
        NEEDS = "needs", _("access needs and replies to them")
        PRESS = "press", _("press cards")
        CONTACT = "contact", _("addresses, functions and agendas")
        MAILS = "mails", _("kept copies of e-mails")
        DESK = "desk", _("devices, alerts and headsets of the desk")
        READINGS = "readings", _("who read which sensitive answer")
        NAMES = "names", _("names, certificates and attendance")
        ACCOUNTS = "accounts", _("accounts that nobody uses any more")

    edition = models.ForeignKey(
        Edition, models.CASCADE, related_name="retention_rules", verbose_name=_("edition")
    )
    what = models.CharField(_("what"), max_length=10, choices=What)
    days = models.PositiveSmallIntegerField(
        _("kept for, in days"), help_text=_("After the last day of the edition.")
    )

    class Meta:
        verbose_name = _("period of retention")
        verbose_name_plural = _("periods of retention")
        ordering = ["edition", "what"]
        permissions = [("run_retention", _("Can delete what is kept no longer"))]
        constraints = [
            models.UniqueConstraint(fields=["edition", "what"], name="one_period_per_kind_of_data"),
            models.CheckConstraint(
                condition=Q(days__gte=LEAST_DAYS)
                | Q(days__gte=1) & ~Q(what__in=["names", "desk"]),  # of `What`, which is no name here
                name="nothing_is_deleted_too_early",
                violation_error_message=_(
                    "Names and what the desk keeps stay for at least 61 days, all else for one: until then devices "
                    "bring check-ins late, and people are told of their certificates."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()} · {self.days}"


class RetentionRun(models.Model):
    """One run of a rule, or a trial of one: when, and how many rows it took or would take."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="+", verbose_name=_("edition"))
    what = models.CharField(_("what"), max_length=10, choices=RetentionRule.What)
    is_trial = models.BooleanField(_("trial"), default=False)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    started_at = models.DateTimeField(_("started"), default=timezone.now, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("started by"),
        help_text=_("Empty: by the clock."),
    )

    class Meta:
        verbose_name = _("run of retention")
        verbose_name_plural = _("runs of retention")
        ordering = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_what_display()} · {self.rows}"


class EditionClosing(models.Model):
    """The figures of an edition that outlive its people, counted when it closed, before anything is deleted."""

    edition = models.OneToOneField(
        Edition, models.CASCADE, primary_key=True, related_name="closing", verbose_name=_("edition")
    )
    # {"registered": n, "there": n, "days": {iso: n}, "categories": {slug: n}, "countries": {code: n},
    #  "sessions": {code: {"seats": n, "there": n}}, "registered_on": {iso: n}}
    figures = models.JSONField(_("figures"))
    closed_at = models.DateTimeField(_("closed"), auto_now_add=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("closed by"),
        help_text=_("Empty: by the clock."),
    )

    class Meta:
        verbose_name = _("closing of an edition")
        verbose_name_plural = _("closings of editions")

    def __str__(self) -> str:
        return str(self.edition)


class Participation(models.Model):
    """That an organisation took part in an edition, with how many people, long after they are forgotten."""

    edition = models.ForeignKey(
        Edition, models.CASCADE, related_name="participations", verbose_name=_("edition")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="participations", verbose_name=_("organisation")
    )
    registered = models.PositiveIntegerField(_("registered"))
    there = models.PositiveIntegerField(_("there"))

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        ordering = ["edition", "organisation__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "organisation"], name="one_participation_per_organisation"
            ),
            models.CheckConstraint(
                condition=Q(there__lte=models.F("registered")), name="nobody_was_there_unregistered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.edition}"
