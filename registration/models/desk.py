from __future__ import annotations

import unicodedata
import uuid
from datetime import date, datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition
from efus_conference.secret_links import hash_of_token
from programme.models import Session
from registration.models.delegations import Place
from registration.models.desk_triggers import OF_CHECK_INS, OF_DEVICES, OF_HEADSETS
from registration.models.people import Registration
from registration.models.tickets import Ticket

PIN_LENGTH = 6
MOST_WRONG_PINS = 10


class DeskPassphrase(models.Model):
    """What volunteers type to open the desk's list on a device; of it only a hash is kept, never itself."""

    edition = models.OneToOneField(
        Edition, models.CASCADE, primary_key=True, related_name="desk_passphrase", verbose_name=_("edition")
    )
    hashed = models.CharField(max_length=200, editable=False)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("set by")
    )
    set_at = models.DateTimeField(_("set"), auto_now=True)

    class Meta:
        verbose_name = _("passphrase of the desk")
        verbose_name_plural = _("passphrases of the desk")

    def __str__(self) -> str:
        return str(self.edition)

    def keep(self, passphrase: str) -> None:
        self.hashed = make_password(_spelt(passphrase))

    def is_it(self, passphrase: str) -> bool:
        return check_password(_spelt(passphrase), self.hashed)


class DeskLinkQuerySet(models.QuerySet["DeskLink"]):
    def by_token(self, token: str) -> DeskLinkQuerySet:
        return self.filter(token_hash=hash_of_token(token))


class DeskLink(models.Model):
    """Lets volunteers in for one day, with a PIN: they check people in and can do nothing else.

    Token and PIN are shown once, to the organiser who makes it; only their hashes are kept.
    """

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="desk_links", verbose_name=_("edition"))
    day = models.DateField(_("day"))
    label = models.CharField(_("for"), max_length=100, help_text=_("A desk or a door: “entrance A”."))
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    pin_hash = models.CharField(max_length=200, editable=False)
    wrong_pins = models.PositiveSmallIntegerField(_("wrong PINs"), default=0, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects: ClassVar[DeskLinkQuerySet] = DeskLinkQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("link for volunteers")
        verbose_name_plural = _("links for volunteers")
        ordering = ["-day", "label", "pk"]

    def __str__(self) -> str:
        return self.label

    def opens_at(self) -> datetime:
        """The midnight before its day, by the edition's clocks."""
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=self.edition.zone)

    def closes_at(self) -> datetime:
        following = self.day + timedelta(days=1)
        return datetime(following.year, following.month, following.day, tzinfo=self.edition.zone)

    def is_open(self, at: datetime | None = None) -> bool:
        """Whether who is in may go on. Wrong PINs keep others out; they don't throw out who stands at the door."""
        at = at or timezone.now()
        return self.revoked_at is None and self.opens_at() <= at < self.closes_at()


class DeskDevice(models.Model):
    """A telephone, tablet or computer at which someone opened the desk: a volunteer by a link, or an organiser."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="+", verbose_name=_("edition"))
    link = models.ForeignKey(
        DeskLink, models.CASCADE, null=True, blank=True, related_name="devices", verbose_name=_("link")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organiser"),
    )
    name = models.CharField(_("name"), max_length=60, help_text=_("Which desk or door it stands at."))
    opened_at = models.DateTimeField(_("opened"), auto_now_add=True)
    seen_at = models.DateTimeField(_("last heard of"), default=timezone.now)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("device at the desk")
        verbose_name_plural = _("devices at the desk")
        ordering = ["-seen_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(link__isnull=True) | Q(user__isnull=True),
                name="a_device_is_a_volunteer_s_or_ours",
            ),
        ]
        triggers = OF_DEVICES

    def __str__(self) -> str:
        return self.name


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    def standing(self) -> CheckInQuerySet:
        """Those that nobody took back."""
        return self.filter(undone_at=None)

    def at_the_entrance(self) -> CheckInQuerySet:
        return self.filter(session=None)


class CheckIn(models.Model):
    """That one person was there: on one day of the edition, or in one session of it.

    Its id is made on the device, so sending it twice makes one; two devices that checked the same person in make
    one as well. Whether someone was there derives from these rows alone.
    """

    class How(models.TextChoices):
        SCAN = "scan", _("code read")
        NAME = "name", _("found by name")
        WALK_IN = "walk_in", _("registered at the desk")
        DELEGATION = "delegation", _("with their delegation")
        PAPER = "paper", _("from the paper list")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="check_ins", verbose_name=_("edition"))
    place = models.ForeignKey(Place, models.PROTECT, related_name="check_ins", verbose_name=_("place"))
    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="check_ins", verbose_name=_("registration")
    )
    ticket = models.ForeignKey(
        Ticket, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("ticket")
    )
    day = models.DateField(_("day"), help_text=_("By the edition's clocks."))
    session = models.ForeignKey(
        Session,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="check_ins",
        verbose_name=_("session"),
        help_text=_("Empty: at the entrance."),
    )
    how = models.CharField(_("how"), max_length=10, choices=How)
    at = models.DateTimeField(_("at"), help_text=_("By the site's clock: a device's own may be wrong."))
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    device = models.ForeignKey(
        DeskDevice, models.SET_NULL, null=True, blank=True, related_name="check_ins", verbose_name=_("device")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organiser"),
    )
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken back by"),
    )

    objects: ClassVar[CheckInQuerySet] = CheckInQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        ordering = ["-at", "pk"]
        permissions = [("check_in", _("Can check people in at the desk"))]
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "day"],
                condition=Q(session__isnull=True, undone_at__isnull=True),
                name="one_check_in_per_person_and_day",
            ),
            models.UniqueConstraint(
                fields=["registration", "session"],
                condition=Q(session__isnull=False, undone_at__isnull=True),
                name="one_check_in_per_person_and_session",
            ),
        ]
        indexes = [models.Index(fields=["edition", "received_at"]), models.Index(fields=["edition", "at"])]
        triggers = OF_CHECK_INS

    def __str__(self) -> str:
        return f"{self.day} · {self.get_how_display()}"


class DeskAlert(models.Model):
    """A code that was shown at a desk or door and should not have been: organisers look into it."""

    class Kind(models.TextChoices):
        VOID = "void", _("void ticket")
        FORGED = "forged", _("signature that is not ours")
        STALE = "stale", _("ticket of another edition")
        RETIRED = "retired", _("signed by a key that is not valid any more")
        UNKNOWN = "unknown", _("signed by us, of nobody we know")
        NOT_CONFIRMED = "not_confirmed", _("not, or no longer, taking part")
        LATE = "late", _("sent by a device after its time")
        CLOCK = "clock", _("a device whose clock is far off")
        REFUSED = "refused", _("check-in that the site did not take")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="+", verbose_name=_("edition"))
    kind = models.CharField(_("what"), max_length=14, choices=Kind)
    at = models.DateTimeField(_("at"))
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    device = models.ForeignKey(
        DeskDevice, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("device")
    )
    ticket = models.ForeignKey(
        Ticket, models.SET_NULL, null=True, blank=True, related_name="alerts", verbose_name=_("ticket")
    )
    registration = models.ForeignKey(
        Registration, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("registration")
    )
    session = models.ForeignKey(
        Session, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("session")
    )
    seen_at = models.DateTimeField(_("looked into"), null=True, blank=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("looked into by"),
    )

    class Meta:
        verbose_name = _("alert of the desk")
        verbose_name_plural = _("alerts of the desk")
        ordering = ["-at", "pk"]

    def __str__(self) -> str:
        return self.get_kind_display()


class HeadsetLoan(models.Model):
    """A headset lent to someone against their badge, until it comes back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="+", verbose_name=_("edition"))
    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="headset_loans", verbose_name=_("registration")
    )
    number = models.PositiveIntegerField(_("number of the headset"))
    lent_at = models.DateTimeField(_("lent"), default=timezone.now)
    device = models.ForeignKey(
        DeskDevice, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("device")
    )
    returned_at = models.DateTimeField(_("returned"), null=True, blank=True)

    class Meta:
        verbose_name = _("headset lent")
        verbose_name_plural = _("headsets lent")
        ordering = ["-lent_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "number"],
                condition=Q(returned_at__isnull=True),
                name="a_headset_is_lent_once",
                violation_error_message=_("This headset is lent to somebody already."),
            ),
            models.UniqueConstraint(
                fields=["registration"],
                condition=Q(returned_at__isnull=True),
                name="one_headset_per_person",
                violation_error_message=_("This person has a headset already."),
            ),
        ]
        triggers = OF_HEADSETS

    def __str__(self) -> str:
        return str(self.number)


def _spelt(passphrase: str) -> str:
    """One keyboard writes é as a letter, another as e and an accent: devices take the former, Unicode's form C."""
    return unicodedata.normalize("NFC", passphrase)


def days_of(edition: Edition) -> list[date]:
    return [midnight.date() for midnight in edition.days()]
