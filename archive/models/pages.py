from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

import pgtrigger
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


def _never_changes_once_public(condition: str, *, name: str) -> list[pgtrigger.Trigger]:
    """Refuses to change, or to take away, what a version said that was public. `condition` is SQL that finds it.

    A whole page may be deleted, with its versions: so what is taken away is asked about at the end of the
    transaction, when the version is there no more.
    """
    refusal = "RAISE EXCEPTION 'What was public of a page is not changed: a new version says it otherwise.';"
    return [
        pgtrigger.Trigger(
            name=f"{name}_stands",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update,
            func=f"IF {condition} THEN {refusal} END IF; RETURN NEW;",
        ),
        pgtrigger.Trigger(
            name=f"{name}_stays",
            when=pgtrigger.After,
            operation=pgtrigger.Delete,
            timing=pgtrigger.Deferred,
            func=f"IF {condition} THEN {refusal} END IF; RETURN NULL;",
        ),
    ]


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
            raises_public_version(only_if="NEW.publishes_at IS NOT NULL OR OLD.publishes_at IS NOT NULL"),
            pgtrigger.Trigger(
                name="a_public_version_stands",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                # Whose account was erased goes from `made_by`.
                func="""
                    IF OLD.publishes_at <= clock_timestamp()
                        AND (OLD.page_id, OLD.number, OLD.publishes_at)
                            IS DISTINCT FROM (NEW.page_id, NEW.number, NEW.publishes_at) THEN
                        RAISE EXCEPTION 'What was public of a page is not changed.';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="a_public_version_stays",
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                timing=pgtrigger.Deferred,
                func="""
                    IF OLD.publishes_at <= clock_timestamp()
                        AND EXISTS (SELECT FROM archive_page WHERE id = OLD.page_id) THEN
                        RAISE EXCEPTION 'What was public of a page is kept as long as the page.';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page} · {self.number}"

    def state(self, at: datetime | None = None) -> Literal["draft", "scheduled", "public"]:
        """Whether it is a draft, will be public, or is or was public at a moment, now by default."""
        if self.publishes_at is None:
            return "draft"
        return "public" if self.publishes_at <= (at or timezone.now()) else "scheduled"


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
        constraints = [
            # `archive.links.check_link` says it to organisers in more words.
            models.CheckConstraint(
                condition=Q(link="") | Q(link__iregex=r"^(https?://|mailto:|tel:|/([^/]|$))"),
                name="a_block_leads_to_the_web_or_here",
                violation_error_message=_(
                    "Write an address that begins with https://, or a path such as /register/."
                ),
            ),
        ]
        triggers = [
            raises_public_version(
                only_if="""EXISTS (SELECT FROM archive_pageversion AS its
                    WHERE its.id IN (NEW.version_id, OLD.version_id) AND its.publishes_at IS NOT NULL)"""
            ),
            *_never_changes_once_public(
                """EXISTS (SELECT FROM archive_pageversion AS its
                    WHERE its.id IN (NEW.version_id, OLD.version_id) AND its.publishes_at <= clock_timestamp())""",
                name="a_public_block",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.get_kind_display()
