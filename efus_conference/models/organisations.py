from __future__ import annotations

from typing import ClassVar

import pgtrigger
from babel import Locale
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from efus_conference.models.former_addresses import FormerAddress, remembers_its_addresses
from efus_conference.models.public_version import raises_public_version
from efus_conference.sorting import translated_sort_key

# CLDR also names groups of countries, outlying parts and test codes with two letters.
NOT_COUNTRIES = set("AC CP CQ DG EA EU EZ IC QO TA UN XA XB XK ZZ".split())  # noqa: SIM905
COUNTRY_CODES = sorted(
    code
    for code in map(str, Locale("en").territories)
    if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES
)


NAMES = [
    *(
        f"{name}{language}"
        for name in ("name", "full_name")
        for language in ("", *(f"_{code}" for code, _name in settings.LANGUAGES))
    ),
    "endonym",
]


def country_name(code: str, language: str | None = None) -> str:
    """The country's name in a language (the reader's by default), from Unicode's CLDR; "" for no country."""
    if not code:
        return ""
    locale = Locale.parse(language or get_language() or "en", sep="-")
    return locale.territories.get(code, code)


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def by_name(self) -> OrganisationQuerySet:
        """Sorted as a reader expects it: accents and case do not matter."""
        return self.order_by(translated_sort_key("name"), "pk")


class Organisation(models.Model):
    """A city, an institution, a company …: one row, whether it hosts, comes, speaks or signs."""

    class Kind(models.TextChoices):
        CITY = "city", _("city")
        REGION = "region", _("region")
        ASSOCIATION = "association", _("association of local authorities")
        PUBLIC_BODY = "public_body", _("public body")
        MINISTRY = "ministry", _("ministry")
        POLICE = "police", _("police")
        JUSTICE = "justice", _("justice")
        EUROPEAN_INSTITUTION = "european_institution", _("European institution")
        INTERNATIONAL = "international_organisation", _("international organisation")
        UNIVERSITY = "university", _("university")
        CIVIL_SOCIETY = "civil_society", _("civil society")
        COMPANY = "company", _("company")
        MEDIA = "media", _("media")
        OTHER = "other", _("other")

    slug = models.SlugField(_("address"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind, default=Kind.CITY)
    name = models.CharField(_("name"), max_length=200)
    full_name = models.CharField(_("full name"), max_length=250, blank=True)
    endonym = models.CharField(
        _("own name"), max_length=200, blank=True, help_text=_("As the place writes it itself: Πειραιάς.")
    )
    endonym_language = models.CharField(_("language of the own name"), max_length=10, blank=True)
    other_names = ArrayField(
        models.CharField(max_length=200),
        verbose_name=_("other spellings"),
        default=list,
        blank=True,
        help_text=_("Separated by commas; the search finds the organisation by any of them."),
    )
    country = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        choices=[(code, code) for code in COUNTRY_CODES],
        help_text=_("Two letters (ISO 3166-1); empty for European and international bodies."),
    )
    latitude = models.DecimalField(
        _("latitude"),
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    longitude = models.DecimalField(
        _("longitude"),
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    wikidata = models.CharField(
        _("Wikidata id"),
        max_length=15,
        blank=True,
        validators=[RegexValidator(r"^Q[1-9][0-9]*$", _("A Wikidata id looks like Q33959."))],
    )
    website = models.URLField(_("website"), blank=True)
    is_efus_member = models.BooleanField(
        _("member of Efus"), null=True, blank=True, help_text=_("Leave it unknown where it is not known.")
    )
    is_organiser = models.BooleanField(_("organises the conference"), default=False)
    is_demonstration = models.BooleanField(_("invented, for the demonstration"), default=False)

    objects: ClassVar[OrganisationQuerySet] = OrganisationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_organiser"],
                condition=Q(is_organiser=True),
                name="one_organiser",
                violation_error_message=_("Another organisation is marked as the organiser already."),
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="coordinates_both_or_none",
                violation_error_message=_(
                    "Give both coordinates or none: latitude −90 to 90, longitude −180 to 180."
                ),
            ),
            models.CheckConstraint(
                condition=Q(country="") | Q(country__regex=r"^[A-Z]{2}$"),
                name="country_is_two_letters",
            ),
        ]
        triggers = [
            remembers_its_addresses(FormerAddress.Kind.ORGANISATION),
            raises_public_version(),
            pgtrigger.Trigger(
                name="names_are_composed",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                # One way to write an accent (Unicode NFC): a name typed in two ways is one name.
                func="".join(f"NEW.{column} := normalize(NEW.{column}, NFC);\n" for column in NAMES)  # noqa: S608 - our columns
                + """
                    NEW.other_names := ARRAY(SELECT normalize(each, NFC)
                        FROM unnest(NEW.other_names) WITH ORDINALITY AS given (each, place) ORDER BY place);
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("archive:organisation", args=[self.slug])

    @property
    def country_name(self) -> str:
        return country_name(self.country)

    @property
    def shown_endonym(self) -> str:
        """The own name where it differs from the name in the reader's language, else ""."""
        return self.endonym if self.endonym != self.name else ""
