from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition, FormerAddress, raises_public_version, remembers_its_addresses
from programme.models.venues import Venue


class SessionKind(models.Model):
    """Plenary, workshop, focus session, field visit …: a row, so that organisers may add one."""

    class Colour(models.TextChoices):
        """The look's tokens: four kinds have their own colour and shape, all others share the quiet one."""

        PLENARY = "plenary", _("plenary")
        WORKSHOP = "workshop", _("workshop")
        FOCUS = "focus", _("focus session")
        VISIT = "visit", _("field visit")
        QUIET = "quiet", _("quiet")

    slug = models.SlugField(_("address"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_plural = models.CharField(_("name, plural"), max_length=80, blank=True)
    colour = models.CharField(_("colour"), max_length=10, choices=Colour, default=Colour.QUIET)
    has_limited_seats = models.BooleanField(
        _("seats are booked"),
        default=False,
        help_text=_("Sessions of this kind usually have a number of seats."),
    )
    is_interpreted = models.BooleanField(_("usually interpreted"), default=False)
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    class Meta:
        verbose_name = _("kind of session")
        verbose_name_plural = _("kinds of session")
        ordering = ["order", "pk"]
        triggers = [remembers_its_addresses(FormerAddress.Kind.SESSION_KIND), raises_public_version()]

    def __str__(self) -> str:
        return self.name


class Theme(models.Model):
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    editions = models.ManyToManyField(
        Edition, blank=True, related_name="themes", verbose_name=_("topic of the editions")
    )

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["slug"]
        triggers = [remembers_its_addresses(FormerAddress.Kind.THEME), raises_public_version()]

    def __str__(self) -> str:
        return self.name


class Room(models.Model):
    """A place of one edition where one session can be at a time."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="rooms", verbose_name=_("edition"))
    slug = models.SlugField(_("address"), max_length=60)
    name = models.CharField(_("name"), max_length=120)
    venue = models.ForeignKey(
        Venue, models.PROTECT, null=True, blank=True, related_name="rooms", verbose_name=_("venue")
    )
    seats = models.PositiveIntegerField(_("seats in the room"), null=True, blank=True)
    address = models.CharField(_("street and number"), max_length=200, blank=True)
    directions = models.TextField(_("how to get there"), blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=10, help_text=_("From left to right."))

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "slug"], name="a_room_address_once_per_edition"),
            models.CheckConstraint(condition=Q(seats__isnull=True) | Q(seats__gt=0), name="room_has_seats"),
        ]
        triggers = [
            remembers_its_addresses(FormerAddress.Kind.ROOM, scope="edition_id"),
            raises_public_version(),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if self.venue_id and self.venue and self.venue.edition_id != self.edition_id:
            raise ValidationError({"venue": _("This venue belongs to another edition.")})
        if self.pk and any(
            rows.exclude(edition=self.edition_id).exists() for rows in (self.sessions, self.released_sessions)
        ):
            raise ValidationError({"edition": _("Sessions of another edition are in this room.")})
