from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from archive.models.pictures import Picture
from efus_conference.models import Edition, FormerAddress, raises_public_version, remembers_its_addresses
from efus_conference.moments import plausible, plausible_moments


class PageQuerySet(models.QuerySet["Page"]):
    def public(self, at: datetime | None = None) -> PageQuerySet:
        """Those of which a version is public at a moment (now by default), `shown_id` being that version's key."""
        shown = (
            PageVersion.objects.public(at).filter(page=OuterRef("pk")).order_by("-publishes_at", "-number")
        )
        return (
            self.filter(Q(edition=None) | Q(edition__is_published=True))
            .annotate(shown_id=Subquery(shown.values("pk")[:1]))
            .filter(shown_id__isnull=False)
        )


class Page(models.Model):
    """A page that organisers compose of blocks: the home of an edition, a practical page, a page of the site itself.

    What is read of it is one of its versions: see `PageVersion`.
    """

    class Kind(models.TextChoices):
        HOME = "home", _("home of the edition")
        VENUE = "venue", _("venue and map")
        TRAVEL = "travel", _("travel")
        HOTELS = "hotels", _("hotels")
        ACCESS = "access", _("accessibility on site")
        VISA = "visa", _("visa letter")
        CONTACT = "contact", _("contact")
        LEGAL = "legal", _("legal notice")
        PRIVACY = "privacy", _("data protection")
        OTHER = "other", _("other")

    edition = models.ForeignKey(
        Edition,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="pages",
        verbose_name=_("edition"),
        help_text=_("Empty: a page of the site itself, whatever the edition."),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.OTHER)
    slug = models.SlugField(_("address"), max_length=60)
    title = models.CharField(_("title"), max_length=150)
    description = models.CharField(
        _("in one sentence"), max_length=200, blank=True, help_text=_("For search engines and lists.")
    )
    is_in_menu = models.BooleanField(_("in the list of practical pages"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    objects: ClassVar[PageQuerySet] = PageQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["edition", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "slug"],
                nulls_distinct=False,
                name="a_page_address_once_per_edition",
                violation_error_message=_("Another page has this address already."),
            ),
            models.UniqueConstraint(
                fields=["edition"],
                condition=Q(kind="home"),
                name="one_home_per_edition",
                violation_error_message=_("This edition has a home page already."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="home") | Q(edition__isnull=False),
                name="a_home_is_of_an_edition",
                violation_error_message=_("A home page belongs to an edition: choose it."),
            ),
        ]
        triggers = [
            remembers_its_addresses(FormerAddress.Kind.PAGE, scope="edition_id"),
            raises_public_version(),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        if self.edition is None:
            return reverse("archive:site_page", args=[self.slug])
        if self.kind == self.Kind.HOME:
            return reverse("home") if self.edition.is_current else self.edition.get_absolute_url()
        return reverse("archive:page", args=[self.edition.slug, self.slug])


class PageVersionQuerySet(models.QuerySet["PageVersion"]):
    def public(self, at: datetime | None = None) -> PageVersionQuerySet:
        return self.filter(publishes_at__lte=at or timezone.now())


class PageVersion(models.Model):
    """What a page says from a moment on, until the next version. Without a moment it is the draft, of which a page has
    at most one; the database lets nobody change what was public (see the trigger of `Block`).
    """

    page = models.ForeignKey(Page, models.CASCADE, related_name="versions", verbose_name=_("page"))
    number = models.PositiveIntegerField(_("version"), default=1)
    publishes_at = models.DateTimeField(
        _("public from"), null=True, blank=True, validators=[plausible], help_text=_("Empty: a draft.")
    )
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("made by"),
    )

    objects: ClassVar[PageVersionQuerySet] = PageVersionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("version of a page")
        verbose_name_plural = _("versions of pages")
        ordering = ["page", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["page", "number"], name="a_version_number_once_per_page"),
            models.UniqueConstraint(
                fields=["page"],
                condition=Q(publishes_at__isnull=True),
                name="one_draft_per_page",
                violation_error_message=_("This page has a draft already: go on with that one."),
            ),
            plausible_moments("page_moments_are_plausible", "publishes_at"),
        ]
        triggers = [
            raises_public_version(only_if="NEW.publishes_at IS NOT NULL OR OLD.publishes_at IS NOT NULL")
        ]

    def __str__(self) -> str:
        return f"{self.page} · {self.number}"


class Block(models.Model):
    """One part of a page: what organisers wrote, or what the site knows and shows in this place."""

    class Kind(models.TextChoices):
        TEXT = "text", _("text, with or without a picture")
        QUOTE = "quote", _("quotation")
        NOTICE = "notice", _("notice")
        QUESTIONS = "questions", _("question and answer")
        LINK = "link", _("button that leads somewhere")
        PROGRAMME = "programme", _("what happens there (kinds of sessions, themes)")
        SPEAKERS = "speakers", _("who speaks")
        PARTNERS = "partners", _("partners and auspices, with logos")
        FIGURES = "figures", _("figures of the last edition")
        DECLARATION = "declaration", _("the last declaration and its map")
        NEWS = "news", _("latest news")
        EDITIONS = "editions", _("line of the editions")
        VENUES = "venues", _("venues and their plan")
        PRACTICAL = "practical", _("links to the practical pages")

    version = models.ForeignKey(PageVersion, models.CASCADE, related_name="blocks", verbose_name=_("version"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.TEXT)
    title = models.CharField(_("heading"), max_length=150, blank=True)
    text = models.TextField(_("text"), blank=True)
    picture = models.ForeignKey(
        Picture, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("picture")
    )
    link_label = models.CharField(_("words of the link"), max_length=80, blank=True)
    link = models.CharField(
        _("leads to"),
        max_length=500,
        blank=True,
        help_text=_("An address such as https://efus.eu, or a path of this site such as /register/."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        ordering = ["order", "pk"]
        triggers = [
            raises_public_version(
                only_if="""EXISTS (SELECT FROM archive_pageversion AS its
                    WHERE its.id IN (NEW.version_id, OLD.version_id) AND its.publishes_at IS NOT NULL)"""
            )
        ]

    def __str__(self) -> str:
        return self.title or self.get_kind_display()
