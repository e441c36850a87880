from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition, Organisation, User
from efus_conference.models.organisations import COUNTRY_CODES
from efus_conference.sorting import sort_key
from programme.models import Speaker
from registration.models.categories import Category, Party
from registration.models.delegations import Place
from registration.states import ENDED, WAYS, Status


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def live(self) -> RegistrationQuerySet:
        """Those that are not over: neither cancelled nor refused."""
        return self.exclude(status__in=ENDED)

    def confirmed(self) -> RegistrationQuerySet:
        """Those that take part."""
        return self.filter(status=Status.CONFIRMED)

    def queued(self, category: Category) -> RegistrationQuerySet:
        """Those on the category's waiting list, in the order in which their turn comes."""
        return self.filter(category=category, status=Status.WAITING).order_by("waiting_since", "pk")

    def from_city(self, city: Organisation) -> RegistrationQuerySet:
        """Of the city's delegation with its companions, and those who come by themselves from there."""
        return self.filter(
            Q(organisation=city)
            | Q(place__delegation__organisation=city)
            | Q(place__accompanies__delegation__organisation=city)
        )

    def managed_by(self, user: User) -> RegistrationQuerySet:
        """A person's own and those of the people they assist."""
        return self.filter(managed_by=user)

    def told_to(self, user: User) -> RegistrationQuerySet:
        """Those the user keeps and of which they read what the person told of themselves.

        Who keeps a registration without being its person reads all of it only outside a delegation: a coordinator
        never reads what its people told. A companion of one of them is as that person is.
        """
        accompanied = self.model._default_manager.live().filter(
            place=OuterRef("place__accompanies"), managed_by=user, is_own=True
        )
        is_of_no_delegation = Q(place__delegation__isnull=True) & (
            Q(place__accompanies__isnull=True) | Q(place__accompanies__delegation__isnull=True)
        )
        return self.filter(Q(is_own=True) | is_of_no_delegation | Exists(accompanied), managed_by=user)

    def by_name(self) -> RegistrationQuerySet:
        """Sorted as a reader expects it: accents and case do not matter."""
        return self.order_by(sort_key("family_name"), sort_key("given_name"), "pk")


class Registration(models.Model):
    """One named person's registration for one edition, kept by one account: their own or an assistant's."""

    Status = Status

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
    refusal = models.TextField(_("why it was refused"), blank=True, max_length=1000)
    is_outside_quota = models.BooleanField(
        _("outside the quota"),
        default=False,
        editable=False,
        help_text=_("A delegation's place, granted by the organisers, or a companion."),
    )
    party = models.ForeignKey(
        Party, models.SET_NULL, null=True, blank=True, related_name="registrations", verbose_name=_("group")
    )
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True, editable=False)
    offer_until = models.DateTimeField(_("offered until"), null=True, blank=True, editable=False)
    speaker = models.ForeignKey(
        Speaker,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("speaker"),
        help_text=_("Whose sessions are theirs: no seat is booked at the same time."),
    )
    submitted_at = models.DateTimeField(_("registered"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded of the conference"), null=True, blank=True, editable=False)
    certificate_told_at = models.DateTimeField(
        _("told of the certificate"), null=True, blank=True, editable=False
    )
    erased_at = models.DateTimeField(
        _("erased"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Then it stands for somebody without a name: what is left counts."),
    )

    objects: ClassVar[RegistrationQuerySet] = RegistrationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["family_name", "given_name", "pk"]
        permissions = [("read_needs", _("Can read the access needs"))]
        constraints = [
            models.UniqueConstraint(
                fields=["place"],
                condition=~Q(status__in=ENDED),
                name="one_live_registration_per_place",
            ),
            models.UniqueConstraint(
                "edition",
                Lower("email"),
                condition=~Q(status__in=ENDED) & ~Q(email=""),
                name="one_live_registration_per_email",
                violation_error_message=_(
                    "Someone with this e-mail address is registered for this edition already."
                ),
            ),
            models.UniqueConstraint(
                fields=["edition", "managed_by"],
                condition=~Q(status__in=ENDED) & Q(is_own=True),
                name="one_own_registration_per_account",
            ),
            models.CheckConstraint(
                condition=Q(status="cancelled", cancelled_at__isnull=False)
                | (~Q(status="cancelled") & Q(cancelled_at__isnull=True)),
                name="cancelled_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(status="refused") & ~Q(refusal="") | ~Q(status="refused"),
                name="a_refusal_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", waiting_since__isnull=False) | ~Q(status="waiting"),
                name="who_waits_has_a_position",
            ),
            models.CheckConstraint(
                condition=Q(status="approved", offer_until__isnull=False)
                | (~Q(status="approved") & Q(offer_until__isnull=True)),
                name="an_offered_place_has_its_end",
            ),
            models.CheckConstraint(
                condition=~Q(email="") | Q(mails_to="manager"), name="mails_to_a_person_need_an_address"
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True)
                | Q(
                    given_name="",
                    family_name="",
                    email="",
                    function="",
                    organisation_name="",
                    needs="",
                    speaker__isnull=True,
                ),
                name="of_an_erased_person_nothing_is_left",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="status_goes_a_known_way",
                field="status",
                transitions=sorted({(way.before.value, way.after.value) for way in WAYS}),
            ),
            # The category's own constraint then refuses more than its quota, whoever confirms.
            pgtrigger.Trigger(
                name="counts_in_its_category",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[
                    ("was_offered", "int"),
                    ("was_taken", "int"),
                    ("is_offered", "int"),
                    ("is_taken", "int"),
                ],
                func="""
                    was_offered = coalesce((OLD.status = 'approved' AND NOT OLD.is_outside_quota)::int, 0);
                    was_taken = coalesce((OLD.status = 'confirmed' AND NOT OLD.is_outside_quota)::int, 0);
                    is_offered = coalesce((NEW.status = 'approved' AND NOT NEW.is_outside_quota)::int, 0);
                    is_taken = coalesce((NEW.status = 'confirmed' AND NOT NEW.is_outside_quota)::int, 0);
                    IF OLD.category_id = NEW.category_id THEN
                        IF was_offered <> is_offered OR was_taken <> is_taken THEN
                            UPDATE registration_category
                            SET offered_count = offered_count + is_offered - was_offered,
                                taken_count = taken_count + is_taken - was_taken
                            WHERE id = NEW.category_id;
                        END IF;
                    ELSE
                        IF was_offered + was_taken > 0 THEN
                            UPDATE registration_category
                            SET offered_count = offered_count - was_offered, taken_count = taken_count - was_taken
                            WHERE id = OLD.category_id;
                        END IF;
                        IF is_offered + is_taken > 0 THEN
                            UPDATE registration_category
                            SET offered_count = offered_count + is_offered, taken_count = taken_count + is_taken
                            WHERE id = NEW.category_id;
                        END IF;
                    END IF;
                    RETURN NULL;
                """,
            ),
            # Whoever ends it, and however: its code lets nobody in any more.
            pgtrigger.Trigger(
                name="tickets_end_with_the_registration",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("status"),
                func="""
                    IF OLD.status = 'confirmed' AND NEW.status <> 'confirmed' THEN
                        UPDATE registration_ticket SET voided_at = now(), voided_why = 'cancelled'
                        WHERE registration_id = NEW.id AND voided_at IS NULL;
                    END IF;
                    RETURN NULL;
                """,
            ),
            # A place may pass on to someone else with its seats, never with what its person told of themselves.
            pgtrigger.Trigger(
                name="identity_goes_with_the_registration",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("status"),
                func="""
                    IF NEW.status IN ('cancelled', 'refused') THEN
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
        if self.erased_at is not None:
            return gettext("erased person")
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def is_live(self) -> bool:
        """Whether anybody can still do anything with it. Of an erased person it may count as `live()`, no more."""
        return self.status not in ENDED and self.erased_at is None

    @property
    def is_confirmed(self) -> bool:
        return self.status == Status.CONFIRMED

    @property
    def shown_organisation(self) -> str:
        return str(self.organisation) if self.organisation else self.organisation_name

    def recipients(self) -> list[str]:
        """The addresses its mails go to, as the person or their assistant chose; none of who was erased."""
        keeper = self.managed_by.email if self.managed_by.erased_at is None else ""
        wanted = {
            self.MailsTo.PERSON: [self.email],
            self.MailsTo.MANAGER: [keeper],
            self.MailsTo.BOTH: [self.email, keeper],
        }[self.MailsTo(self.mails_to)]
        return list(dict.fromkeys(address for address in wanted if address))
