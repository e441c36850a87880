from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition, Organisation, User
from efus_conference.models.organisations import COUNTRY_CODES
from efus_conference.sorting import sort_key


class CategoryQuerySet(models.QuerySet["Category"]):
    def offered(self, edition: Edition) -> CategoryQuerySet:
        """The categories anyone may choose when registering for the edition."""
        return self.filter(edition=edition, is_by_invitation=False)


class Category(models.Model):
    """As what someone takes part in one edition: elected official, researcher, press …"""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="categories", verbose_name=_("edition"))
    slug = models.SlugField(_("address"), max_length=40)
    name = models.CharField(_("name"), max_length=100)
    hint = models.CharField(_("hint"), max_length=250, blank=True)
    is_by_invitation = models.BooleanField(
        _("by invitation only"), default=False, help_text=_("Organisers choose it; nobody else can.")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    objects: ClassVar[CategoryQuerySet] = CategoryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "slug"], name="a_category_once_per_edition"),
        ]

    def __str__(self) -> str:
        return self.name


class Delegation(models.Model):
    """An organisation that comes with several people, and who coordinates them."""

    edition = models.ForeignKey(
        Edition, models.PROTECT, related_name="delegations", verbose_name=_("edition")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    coordinator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("coordinator"),
    )

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ["organisation__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "organisation"],
                name="one_delegation_per_organisation",
                violation_error_message=_("This organisation has a delegation for this edition already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.edition}"


class Place(models.Model):
    """What bookings, waits and tickets hang on: it may exist before its person, and outlast them."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="places", verbose_name=_("edition"))
    delegation = models.ForeignKey(
        Delegation, models.PROTECT, null=True, blank=True, related_name="places", verbose_name=_("delegation")
    )

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def live(self) -> RegistrationQuerySet:
        """Those that were not cancelled."""
        return self.exclude(status=Registration.Status.CANCELLED)

    def managed_by(self, user: User) -> RegistrationQuerySet:
        """A person's own and those of the people they assist."""
        return self.filter(managed_by=user)

    def by_name(self) -> RegistrationQuerySet:
        """Sorted as a reader expects it: accents and case do not matter."""
        return self.order_by(sort_key("family_name"), sort_key("given_name"), "pk")

    def for_current_edition(self) -> RegistrationQuerySet:
        return self.filter(edition__is_current=True, edition__is_published=True)

    def concerned_by(self, session_ids: Iterable[int]) -> RegistrationQuerySet:
        """The live ones with a star on one of the sessions, or a seat that stands or was called off."""
        ids = list(session_ids)
        starred = Q(pk__in=self.model._default_manager.filter(stars__session_id__in=ids).values("pk"))
        seated = Q(
            place__bookings__session_id__in=ids,
            place__bookings__status__in=["active", "clash", "called_off"],
        )
        return self.live().filter(starred | seated).distinct().order_by("pk")


class Registration(models.Model):
    """One named person's registration for one edition, kept by one account: their own or an assistant's."""

    class Status(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")
        CANCELLED = "cancelled", _("cancelled")

    class MailsTo(models.TextChoices):
        PERSON = "person", _("the person")
        MANAGER = "manager", _("whoever keeps the registration")
        BOTH = "both", _("both")

    edition = models.ForeignKey(
        Edition, models.PROTECT, related_name="registrations", verbose_name=_("edition")
    )
    place = models.ForeignKey(Place, models.PROTECT, related_name="registrations", verbose_name=_("place"))
    managed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="registrations", verbose_name=_("kept by")
    )
    is_own = models.BooleanField(_("the account's own"), default=True)
    category = models.ForeignKey(Category, models.PROTECT, related_name="+", verbose_name=_("category"))
    given_name = models.CharField(_("given name"), max_length=100)
    family_name = models.CharField(_("family name"), max_length=100)
    email = models.EmailField(_("e-mail address"), blank=True)
    mails_to = models.CharField(_("mails go to"), max_length=10, choices=MailsTo, default=MailsTo.PERSON)
    language = models.CharField(
        _("language of e-mails"), max_length=5, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    function = models.CharField(_("function"), max_length=200, blank=True)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation"),
        help_text=_("The row of ours that the written name stands for; the desk sets it."),
    )
    organisation_name = models.CharField(_("organisation, as written"), max_length=200, blank=True)
    country = models.CharField(
        _("country"), max_length=2, blank=True, choices=[(code, code) for code in COUNTRY_CODES]
    )
    needs = models.TextField(_("access needs"), blank=True, max_length=1000)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.CONFIRMED)
    submitted_at = models.DateTimeField(_("registered"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)

    objects: ClassVar[RegistrationQuerySet] = RegistrationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["family_name", "given_name", "pk"]
        permissions = [("read_needs", _("Can read the access needs"))]
        constraints = [
            models.UniqueConstraint(
                fields=["place"],
                condition=~Q(status="cancelled"),
                name="one_live_registration_per_place",
            ),
            models.UniqueConstraint(
                "edition",
                Lower("email"),
                condition=~Q(status="cancelled") & ~Q(email=""),
                name="one_live_registration_per_email",
                violation_error_message=_(
                    "Someone with this e-mail address is registered for this edition already."
                ),
            ),
            models.UniqueConstraint(
                fields=["edition", "managed_by"],
                condition=~Q(status="cancelled") & Q(is_own=True),
                name="one_own_registration_per_account",
            ),
            models.CheckConstraint(
                condition=Q(status="cancelled", cancelled_at__isnull=False)
                | (~Q(status="cancelled") & Q(cancelled_at__isnull=True)),
                name="cancelled_has_its_moment",
            ),
            models.CheckConstraint(
                condition=~Q(email="") | Q(mails_to="manager"), name="mails_to_a_person_need_an_address"
            ),
        ]
        triggers = [
            # A place may pass on to someone else with its seats, never with what its person told of themselves.
            pgtrigger.Trigger(
                name="identity_goes_with_the_registration",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("status"),
                func="""
                    IF NEW.status = 'cancelled' THEN
                        DELETE FROM registration_identitydocument WHERE registration_id = NEW.id;
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("registration:registration", args=[self.pk])

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def is_live(self) -> bool:
        return self.status != self.Status.CANCELLED

    @property
    def shown_organisation(self) -> str:
        return str(self.organisation) if self.organisation else self.organisation_name

    def recipients(self) -> list[str]:
        """The addresses its mails go to, as the person or their assistant chose."""
        wanted = {
            self.MailsTo.PERSON: [self.email],
            self.MailsTo.MANAGER: [self.managed_by.email],
            self.MailsTo.BOTH: [self.email, self.managed_by.email],
        }[self.MailsTo(self.mails_to)]
        return list(dict.fromkeys(address for address in wanted if address))


class RegistrationEvent(models.Model):
    """Its history: who did what, for whom, when. “A for B” where the two differ."""

    class Verb(models.TextChoices):
        REGISTERED = "registered", _("registered")
        CHANGED = "changed", _("changed the registration")
        CANCELLED = "cancelled", _("cancelled the registration")
        BOOKED = "booked", _("booked a seat")
        GAVE_UP = "gave_up", _("gave up a seat")
        MOVED = "moved", _("a session with a booked seat moved")
        CALLED_OFF = "called_off", _("a session with a booked seat was cancelled")
        IDENTITY = "identity", _("gave the identity document for a visit")
        NO_IDENTITY = "no_identity", _("took back the identity document for a visit")

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="events")
    verb = models.CharField(_("what"), max_length=12, choices=Verb)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    # {"session": code} or {"fields": [names]}; never the values, which may be sensitive.
    detail = models.JSONField(default=dict)
    at = models.DateTimeField(_("at"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("history")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.get_verb_display()

    @property
    def is_on_behalf(self) -> bool:
        """Whether someone acted for someone else."""
        return self.actor_id != self.registration.managed_by_id or not self.registration.is_own
