from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition, Organisation, User
from efus_conference.secret_links import hash_of_token


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def coordinated_by(self, user: User) -> DelegationQuerySet:
        return self.filter(coordinator=user)


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

    objects: ClassVar[DelegationQuerySet] = DelegationQuerySet.as_manager()  # type: ignore[assignment]

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


class PlaceQuerySet(models.QuerySet["Place"]):
    def locked(self, place_ids: Iterable[int]) -> PlaceQuerySet:
        """Locked to the end of the transaction, in the order of their ids, before any pool of seats."""
        return self.select_for_update(of=("self",), no_key=True).filter(pk__in=place_ids).order_by("pk")

    def with_companions(self, place_id: int) -> PlaceQuerySet:
        """The place and those that accompany it, in the order of their ids."""
        return self.filter(Q(pk=place_id) | Q(accompanies=place_id)).order_by("pk")

    def standing(self) -> PlaceQuerySet:
        """Those that were not taken back."""
        return self.filter(closed_at=None)


class Place(models.Model):
    """What bookings, waits and tickets hang on: it may exist before its person, and outlast them."""

    class CompanionKind(models.TextChoices):
        INTERPRETER = "interpreter", _("interpreter")
        ASSISTANT = "assistant", _("personal assistant")
        SECURITY = "security", _("security")

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="places", verbose_name=_("edition"))
    delegation = models.ForeignKey(
        Delegation, models.PROTECT, null=True, blank=True, related_name="places", verbose_name=_("delegation")
    )
    accompanies = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="companions",
        verbose_name=_("accompanies"),
    )
    companion_kind = models.CharField(
        _("comes as"), max_length=12, choices=CompanionKind, blank=True, default=""
    )
    note = models.CharField(
        _("note"),
        max_length=100,
        blank=True,
        help_text=_("For a place without a name yet: for whom it is meant."),
    )
    closed_at = models.DateTimeField(_("taken back"), null=True, blank=True, editable=False)

    objects: ClassVar[PlaceQuerySet] = PlaceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        constraints = [
            models.CheckConstraint(
                condition=Q(accompanies__isnull=True, companion_kind="")
                | (Q(accompanies__isnull=False) & ~Q(companion_kind="")),
                name="a_companion_comes_as_something",
            ),
            models.CheckConstraint(
                condition=Q(accompanies__isnull=True) | ~Q(accompanies=F("id")),
                name="nobody_accompanies_themselves",
            ),
        ]

    def __str__(self) -> str:
        """Who has it; of a delegation's that nobody has yet, the city, its note and its number.

        Lists read `people` beforehand, in one query for all.
        """
        people = getattr(self, "people", None)
        if people is None:
            people = []
            if self.pk:
                people = list(self.registrations.live().select_related("organisation").defer("needs")[:1])
        number = gettext("place %(number)s") % {"number": self.pk or ""}
        if people:
            return " · ".join(part for part in (people[0].name, people[0].shown_organisation) if part)
        if self.delegation is not None:
            note = self.note or gettext("not named yet")
            return f"{self.delegation.organisation} · {note} · {number}"
        return number


class PlaceInvitationQuerySet(models.QuerySet["PlaceInvitation"]):
    def usable(self) -> PlaceInvitationQuerySet:
        return self.filter(used_at=None, revoked_at=None, expires_at__gt=timezone.now())

    def by_token(self, token: str) -> PlaceInvitationQuerySet:
        return self.filter(token_hash=hash_of_token(token))


class PlaceInvitation(models.Model):
    """Asks someone by e-mail to complete their own part of a delegation's place.

    Only the token's hash is kept; the mail's job makes the token.
    """

    place = models.ForeignKey(Place, models.CASCADE, related_name="invitations", verbose_name=_("place"))
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(
        _("language"), max_length=5, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    token_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001 - none yet
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    asked_again_at = models.DateTimeField(_("asked for a new link"), null=True, blank=True, editable=False)

    objects: ClassVar[PlaceInvitationQuerySet] = PlaceInvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("invitation to a place")
        verbose_name_plural = _("invitations to places")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["place"],
                condition=Q(used_at__isnull=True, revoked_at__isnull=True),
                name="one_open_invitation_per_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} · {self.email}"

    def make_token(self) -> str:
        """The secret of the link, which nobody can read again; one made before works no more."""
        token = secrets.token_urlsafe(32)
        self.token_hash = hash_of_token(token)
        self.save(update_fields=["token_hash"])
        return token

    @property
    def is_usable(self) -> bool:
        return self.is_open and self.expires_at > timezone.now()

    @property
    def is_open(self) -> bool:
        """Neither used nor taken back; its time may be over."""
        return self.used_at is None and self.revoked_at is None


class PlaceRequest(models.Model):
    """A coordinator asks the organisers for more places."""

    MOST = 100

    delegation = models.ForeignKey(
        Delegation, models.CASCADE, related_name="requests", verbose_name=_("delegation")
    )
    places = models.PositiveSmallIntegerField(
        _("places asked for"), validators=[MinValueValidator(1), MaxValueValidator(MOST)]
    )
    why = models.TextField(_("why"), max_length=1000, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    granted = models.PositiveSmallIntegerField(_("places added"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("request for more places")
        verbose_name_plural = _("requests for more places")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["delegation"], condition=Q(answered_at__isnull=True), name="one_open_request"
            ),
            models.CheckConstraint(
                condition=Q(granted__isnull=True, answered_at__isnull=True)
                | Q(granted__isnull=False, answered_at__isnull=False),
                name="an_answered_request_has_its_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delegation} · {self.places}"
