from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition, Organisation, raises_public_version


class EditionRecord(models.Model):
    """What was counted of an edition when it was closed: it stands, whoever is forgotten afterwards.

    Of participants the numbers of `registration.EditionClosing`, beside what the programme and the declarations say.
    """

    edition = models.OneToOneField(
        Edition, models.CASCADE, primary_key=True, related_name="record", verbose_name=_("edition")
    )
    # {"registered": n, "there": n, "organisations": n, "countries": n, "sessions": {kind's slug: n},
    #  "speakers": n, "signatories": {declaration's slug: n}}
    figures = models.JSONField(_("figures"))
    closed_at = models.DateTimeField(_("closed"), auto_now=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("closed by"),
    )

    class Meta:
        verbose_name = _("record of a closed edition")
        verbose_name_plural = _("records of closed editions")
        triggers = [raises_public_version()]

    def __str__(self) -> str:
        return str(self.edition)


class Part(models.Model):
    """An organisation's part in a closed edition, in numbers and never in names."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="parts", verbose_name=_("edition"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="parts", verbose_name=_("organisation")
    )
    hosted = models.BooleanField(_("hosted"), default=False)
    supported = models.BooleanField(_("partner"), default=False)
    registered = models.PositiveIntegerField(_("registered"), default=0)
    there = models.PositiveIntegerField(_("there"), default=0)
    speakers = models.PositiveIntegerField(_("speakers"), default=0)
    sessions = models.PositiveIntegerField(_("sessions spoken in"), default=0)
    signed = models.PositiveIntegerField(_("declarations signed"), default=0)

    class Meta:
        verbose_name = _("part in an edition")
        verbose_name_plural = _("parts in editions")
        ordering = ["edition", "organisation__name"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "organisation"], name="one_part_per_edition"),
            models.CheckConstraint(
                condition=Q(there__lte=models.F("registered")), name="part_there_registered"
            ),
        ]
        triggers = [raises_public_version()]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.edition}"
