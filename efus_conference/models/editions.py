from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from efus_conference.models.former_addresses import FormerAddress, remembers_its_addresses
from efus_conference.models.public_version import raises_public_version
from efus_conference.moments import plausible, plausible_moments

Phase = Literal["unknown", "announced", "registration", "closed", "under_way", "over"]


def validate_timezone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(
            _("“%(value)s” is no time zone; it looks like Europe/Brussels."), params={"value": value}
        )


class Project(models.Model):
    """A project the European Union funds: its acronym, its grant and what its pages must say."""

    acronym = models.CharField(_("acronym"), max_length=40, unique=True)
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=250)
    funded_by = models.CharField(_("funded by"), max_length=200, blank=True)
    grant = models.CharField(_("grant number"), max_length=60, blank=True)
    years = models.PositiveSmallIntegerField(_("duration in years"), null=True, blank=True)
    led_by = models.ForeignKey(
        "efus_conference.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("led by"),
    )
    partners = models.ManyToManyField(
        "efus_conference.Organisation", blank=True, related_name="+", verbose_name=_("partners")
    )
    description = models.TextField(_("description"), blank=True)
    disclaimer = models.TextField(_("disclaimer"), blank=True)
    emblem = models.ImageField(_("emblem"), upload_to="projects", blank=True)

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["acronym"]
        triggers = [raises_public_version()]

    def __str__(self) -> str:
        return self.acronym


class EditionQuerySet(models.QuerySet["Edition"]):
    def published(self) -> EditionQuerySet:
        return self.filter(is_published=True)

    def current(self) -> Edition | None:
        """The edition the home page shows, or None between two editions."""
        return self.published().filter(is_current=True).prefetch_related("hosting__organisation").first()

    def in_order(self) -> EditionQuerySet:
        return self.order_by("number").prefetch_related("hosting__organisation")


class Edition(models.Model):
    """One conference: where and when, and from when to when one can register."""

    number = models.PositiveSmallIntegerField(_("number"), unique=True, help_text=_("1 is Montreal 1989."))
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1987), MaxValueValidator(2200)]
    )
    hosts = models.ManyToManyField(
        "efus_conference.Organisation", through="EditionHost", related_name="+", verbose_name=_("hosts")
    )
    starts_on = models.DateField(_("first day"), null=True, blank=True, validators=[plausible])
    ends_on = models.DateField(_("last day"), null=True, blank=True, validators=[plausible])
    timezone = models.CharField(
        _("time zone"), max_length=60, default="Europe/Brussels", validators=[validate_timezone]
    )
    venue = models.CharField(_("venue"), max_length=200, blank=True)
    theme = models.CharField(_("theme"), max_length=250, blank=True)
    summary = models.TextField(_("summary"), blank=True, help_text=_("Two or three sentences for its page."))
    occasion = models.CharField(_("occasion"), max_length=250, blank=True)
    auspices = models.CharField(_("under the auspices of"), max_length=250, blank=True)
    interpretation = models.CharField(_("note on interpretation"), max_length=300, blank=True)
    programme_note = models.CharField(_("note on the programme"), max_length=300, blank=True)
    registration_opens_at = models.DateTimeField(
        _("registration opens"), null=True, blank=True, validators=[plausible]
    )
    registration_closes_at = models.DateTimeField(
        _("registration closes"),
        null=True,
        blank=True,
        validators=[plausible],
        help_text=_("From this moment on it is closed."),
    )
    is_published = models.BooleanField(_("published"), default=True)
    is_current = models.BooleanField(
        _("current"), default=False, help_text=_("The home page shows this edition. At most one is current.")
    )
    is_demonstration = models.BooleanField(_("demonstration"), default=False)

    objects: ClassVar[EditionQuerySet] = EditionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"],
                condition=Q(is_current=True),
                name="one_current_edition",
                violation_error_message=_("Another edition is current. Take the mark from that one first."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True, ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="edition_days_in_order",
                violation_error_message=_("Give both days or none; the last day is not before the first."),
            ),
            models.CheckConstraint(
                condition=Q(registration_opens_at__isnull=True, registration_closes_at__isnull=True)
                | Q(registration_closes_at__gt=F("registration_opens_at")),
                name="registration_window_in_order",
                violation_error_message=_(
                    "Give both moments of the registration or none; it closes after it opens."
                ),
            ),
            plausible_moments(
                "edition_moments_are_plausible", "registration_opens_at", "registration_closes_at"
            ),
        ]
        triggers = [remembers_its_addresses(FormerAddress.Kind.EDITION), raises_public_version()]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("archive:edition", args=[self.slug])

    @property
    def place(self) -> str:
        """The hosts' names in order, without co-hosts: “Aubervilliers and Saint-Denis”."""
        names = [host.organisation.name for host in self.main_hosts]
        if len(names) < 2:
            return "".join(names)
        return gettext("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}

    @property
    def main_hosts(self) -> list[EditionHost]:
        return [host for host in self.hosting.all() if host.role == EditionHost.Role.HOST]

    @property
    def name(self) -> str:
        return f"{self.place} {self.year}".strip()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def ends_at(self) -> datetime | None:
        """The midnight after its last day, by its own clocks; None while its days are not known."""
        if self.ends_on is None:
            return None
        following = self.ends_on + timedelta(days=1)
        return datetime(following.year, following.month, following.day, tzinfo=self.zone)

    def days(self) -> list[datetime]:
        """Midnight of each of its days in its own time zone; none where the days are not known."""
        if self.starts_on is None or self.ends_on is None:
            return []
        count = (self.ends_on - self.starts_on).days + 1
        first = datetime(self.starts_on.year, self.starts_on.month, self.starts_on.day, tzinfo=self.zone)
        return [first + timedelta(days=offset) for offset in range(count)]

    def is_registration_open(self, at: datetime | None = None) -> bool:
        """Whether one may register at a moment (now by default): from the opening up to, not at, the closing."""
        at = at or timezone.now()
        if self.registration_opens_at is None or self.registration_closes_at is None:
            return False
        return self.registration_opens_at <= at < self.registration_closes_at

    def phase(self, at: datetime | None = None) -> Phase:
        """Where the edition stands at a moment (now by default), by its own calendar days."""
        at = at or timezone.now()
        if self.starts_on is None or self.ends_on is None:
            return "unknown" if self.year >= at.year else "over"
        today = at.astimezone(self.zone).date()
        if today > self.ends_on:
            return "over"
        if today >= self.starts_on:
            return "under_way"
        if self.is_registration_open(at):
            return "registration"
        if self.registration_closes_at and at >= self.registration_closes_at:
            return "closed"
        return "announced"

    def turning_points(self) -> list[datetime]:
        """The moments at which its phase changes by itself, past ones included."""
        if self.starts_on is None or self.ends_on is None:
            return [datetime(self.year + 1, 1, 1, tzinfo=UTC)]
        days = [self.starts_on, self.ends_on + timedelta(days=1)]
        moments = [datetime(day.year, day.month, day.day, tzinfo=self.zone) for day in days]
        return [*moments, *filter(None, [self.registration_opens_at, self.registration_closes_at])]


class EditionHost(models.Model):
    class Role(models.TextChoices):
        HOST = "host", _("host")
        CO_HOST = "co_host", _("co-host")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="hosting")
    organisation = models.ForeignKey(
        "efus_conference.Organisation", models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.HOST)
    order = models.PositiveSmallIntegerField(_("order"), default=1)

    class Meta:
        verbose_name = _("host")
        verbose_name_plural = _("hosts")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "organisation"], name="a_host_once_per_edition"),
        ]
        triggers = [raises_public_version()]

    def __str__(self) -> str:
        return str(self.organisation)
