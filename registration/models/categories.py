from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition, raises_public_version

# From nine places in ten on a category is nearly full. The home page says so, and counts nothing.
FULLNESS = """CASE WHEN {row}.quota IS NULL THEN 0
    WHEN {row}.offered_count + {row}.taken_count >= {row}.quota THEN 2
    WHEN ({row}.offered_count + {row}.taken_count) * 10 >= {row}.quota * 9 THEN 1 ELSE 0 END"""
FEWER_THAN_GIVEN = _("More places are given in this category already: those confirmed and those offered.")


class CategoryQuerySet(models.QuerySet["Category"]):
    def offered(self, edition: Edition) -> CategoryQuerySet:
        """The categories anyone may choose when registering for the edition, whether their window is open or not."""
        return self.filter(edition=edition, is_by_invitation=False)

    def locked(self, category_ids: Iterable[int | None]) -> CategoryQuerySet:
        """Locked to the end of the transaction, in the order of their ids, before any registration or place."""
        return self.select_for_update(of=("self",), no_key=True).filter(pk__in=category_ids).order_by("pk")


class Category(models.Model):
    """As what someone takes part in one edition: elected official, researcher, press …

    Who registers in it is confirmed at once, unless it needs approval; with a quota, those beyond it wait. The
    database counts (see the trigger of `Registration`) and refuses to give more places than the quota.
    """

    HAS_ROOM, NEARLY_FULL, FULL = range(3)

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="categories", verbose_name=_("edition"))
    slug = models.SlugField(_("address"), max_length=40)
    name = models.CharField(_("name"), max_length=100)
    hint = models.CharField(_("hint"), max_length=250, blank=True)
    is_by_invitation = models.BooleanField(
        _("by invitation only"), default=False, help_text=_("Organisers choose it; nobody else can.")
    )
    needs_approval = models.BooleanField(
        _("needs approval"),
        default=False,
        help_text=_("A registration counts once an organiser approved it."),
    )
    is_press = models.BooleanField(
        _("press"),
        default=False,
        help_text=_("Asks for the medium and the press card; the press office accredits."),
    )
    quota = models.PositiveIntegerField(
        _("quota"),
        null=True,
        blank=True,
        help_text=_("How many people at most, without delegations and companions; those beyond it wait."),
    )
    opens_at = models.DateTimeField(
        _("opens"), null=True, blank=True, help_text=_("Empty: with the registration for the edition.")
    )
    closes_at = models.DateTimeField(
        _("closes"), null=True, blank=True, help_text=_("Empty: with the registration for the edition.")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=10)
    offered_count = models.PositiveIntegerField(_("offered"), default=0, editable=False)
    taken_count = models.PositiveIntegerField(_("confirmed"), default=0, editable=False)

    objects: ClassVar[CategoryQuerySet] = CategoryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "slug"], name="a_category_once_per_edition"),
            models.CheckConstraint(
                condition=Q(quota__isnull=True) | Q(quota__gte=F("offered_count") + F("taken_count")),
                name="no_place_of_a_category_given_twice",
                violation_error_message=FEWER_THAN_GIVEN,
            ),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True)
                | Q(closes_at__isnull=True)
                | Q(opens_at__lt=F("closes_at")),
                name="a_category_opens_before_it_closes",
                violation_error_message=_("It closes before it opens."),
            ),
        ]
        triggers = [
            # Not at each registration: only where the home page says something else from then on.
            raises_public_version(
                only_if=f"""
                    (to_jsonb(OLD) - ARRAY['offered_count', 'taken_count', 'quota'], {FULLNESS.format(row="OLD")})
                    IS DISTINCT FROM
                    (to_jsonb(NEW) - ARRAY['offered_count', 'taken_count', 'quota'], {FULLNESS.format(row="NEW")})
                """
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def free(self) -> int | None:
        """Places nobody has or is offered; None without a quota."""
        return None if self.quota is None else self.quota - self.offered_count - self.taken_count

    @property
    def fullness(self) -> int:
        """As `FULLNESS` says it to the database."""
        if self.quota is None:
            return self.HAS_ROOM
        given = self.offered_count + self.taken_count
        if given >= self.quota:
            return self.FULL
        return self.NEARLY_FULL if given * 10 >= self.quota * 9 else self.HAS_ROOM

    @property
    def asks_approval(self) -> bool:
        """Whether organisers decide on each registration; the press is accredited, always."""
        return self.needs_approval or self.is_press

    def window(self) -> tuple[datetime | None, datetime | None]:
        """From when up to, not at, when one may register in it: its own moments, else the edition's."""
        return (
            self.opens_at or self.edition.registration_opens_at,
            self.closes_at or self.edition.registration_closes_at,
        )

    def is_open(self, at: datetime | None = None) -> bool:
        opens_at, closes_at = self.window()
        if opens_at is None or closes_at is None:
            return False
        return opens_at <= (at or timezone.now()) < closes_at


class Party(models.Model):
    """Several registrations on one category's waiting list that are offered places together."""

    category = models.ForeignKey(Category, models.CASCADE, related_name="parties", verbose_name=_("category"))
    wants_all = models.BooleanField(
        _("all or none"), help_text=_("Until the cut-off; then what there is is offered.")
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made"), auto_now_add=True)

    class Meta:
        verbose_name = _("group on a waiting list")
        verbose_name_plural = _("groups on waiting lists")

    def __str__(self) -> str:
        return f"{self.category} · {self.pk}"
