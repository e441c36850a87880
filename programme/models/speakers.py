from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from efus_conference.models import FormerAddress, Organisation, raises_public_version, remembers_its_addresses
from efus_conference.moments import plausible, plausible_moments
from efus_conference.sorting import sort_key


class SpeakerQuerySet(models.QuerySet["Speaker"]):
    def shown(self) -> SpeakerQuerySet:
        """Those who agreed to be named and did not withdraw it, and those Efus named at the time."""
        return self.filter(
            Q(consent_withdrawn_at__isnull=True)
            & (Q(consented_at__isnull=False) | Q(basis=Speaker.Basis.PUBLISHED_BY_EFUS))
        )

    def by_name(self) -> SpeakerQuerySet:
        return self.order_by(sort_key("sort_name"), "pk")


class Speaker(models.Model):
    """A person who speaks, chairs or hosts, across all editions."""

    class Basis(models.TextChoices):
        CONSENT = "consent", _("with their consent")
        PUBLISHED_BY_EFUS = "published_by_efus", _("published by Efus at the time")

    slug = models.SlugField(_("address"), max_length=120, unique=True)
    # By which schedules know a person, whatever becomes of their name and address.
    guid = models.UUIDField(
        _("guid"), unique=True, default=uuid.uuid4, db_default=RandomUUID(), editable=False
    )
    name = models.CharField(
        _("name"), max_length=200, help_text=_("As the person writes it, in any alphabet.")
    )
    sort_name = models.CharField(
        _("sorted as"),
        max_length=200,
        blank=True,
        help_text=_("Family name first; made from the name if empty."),
    )
    organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("organisation")
    )
    function = models.CharField(_("function"), max_length=250, blank=True)
    biography = models.TextField(_("biography"), blank=True)
    email = models.EmailField(_("e-mail address"), blank=True, help_text=_("Never shown on the site."))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("account"),
    )
    portrait = models.ImageField(_("portrait"), upload_to="portraits", blank=True)
    basis = models.CharField(_("basis for naming"), max_length=20, choices=Basis, default=Basis.CONSENT)
    consented_at = models.DateTimeField(
        _("agreed to be named"), null=True, blank=True, validators=[plausible]
    )
    consent_withdrawn_at = models.DateTimeField(
        _("withdrew it"), null=True, blank=True, validators=[plausible]
    )

    objects: ClassVar[SpeakerQuerySet] = SpeakerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("speaker")
        verbose_name_plural = _("speakers")
        ordering = ["sort_name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(consent_withdrawn_at__isnull=True)
                | Q(consented_at__isnull=True)
                | Q(consent_withdrawn_at__gte=F("consented_at")),
                name="consent_withdrawn_after_given",
                violation_error_message=_(
                    "A consent is withdrawn after it was given; a new one clears the old day."
                ),
            ),
            plausible_moments("consent_is_plausible", "consented_at", "consent_withdrawn_at"),
        ]
        triggers = [remembers_its_addresses(FormerAddress.Kind.SPEAKER), raises_public_version()]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        if not self.sort_name:
            *given, family = self.name.split() or [""]
            self.sort_name = f"{family}, {' '.join(given)}".strip(", ")
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def is_shown(self) -> bool:
        return self.consent_withdrawn_at is None and (
            self.consented_at is not None or self.basis == self.Basis.PUBLISHED_BY_EFUS
        )
