from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from efus_conference.models import Edition, FormerAddress, raises_public_version, remembers_its_addresses


class Venue(models.Model):
    """A building or a spot of the city where an edition takes place; its rooms say which one they are in."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="venues", verbose_name=_("edition"))
    slug = models.SlugField(_("address"), max_length=60)
    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("street and number"), max_length=200, blank=True)
    directions = models.TextField(_("how to get there"), blank=True)
    accessibility = models.TextField(_("accessibility"), blank=True)
    latitude = models.DecimalField(
        _("latitude"),
        max_digits=7,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(-90)), MaxValueValidator(Decimal(90))],
    )
    longitude = models.DecimalField(
        _("longitude"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(-180)), MaxValueValidator(Decimal(180))],
    )
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    class Meta:
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "slug"], name="a_venue_address_once_per_edition"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="venue_has_both_coordinates",
                violation_error_message=_("Give both coordinates or none."),
            ),
        ]
        triggers = [
            remembers_its_addresses(FormerAddress.Kind.VENUE, scope="edition_id"),
            raises_public_version(),
        ]

    def __str__(self) -> str:
        return self.name


class WalkingTime(models.Model):
    """How long the way between two venues takes on foot, where the estimate from their coordinates is wrong.

    One row serves both directions: `first` is the venue with the lower id.
    """

    first = models.ForeignKey(
        Venue,
        models.CASCADE,
        related_name="+",
        verbose_name=pgettext_lazy("from one venue to another", "from"),
    )
    second = models.ForeignKey(
        Venue, models.CASCADE, related_name="+", verbose_name=pgettext_lazy("from one venue to another", "to")
    )
    minutes = models.PositiveSmallIntegerField(_("minutes"), validators=[MaxValueValidator(600)])

    class Meta:
        verbose_name = _("walking time")
        verbose_name_plural = _("walking times")
        ordering = ["first", "second"]
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"],
                name="one_walking_time_per_pair",
                violation_error_message=_("The time between these two is there already."),
            ),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="walking_time_lower_id_first"),
        ]
        triggers = [raises_public_version()]

    def __str__(self) -> str:
        return f"{self.first} – {self.second}"

    def save(self, *args: object, **kwargs: object) -> None:
        if self.first_id and self.second_id and self.first_id > self.second_id:
            self.first, self.second = self.second, self.first
        super().save(*args, **kwargs)  # type: ignore[arg-type]
