from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from archive.models.pictures import Picture
from efus_conference.models import Edition, FormerAddress, raises_public_version, remembers_its_addresses
from efus_conference.moments import plausible, plausible_moments


class NewsItemQuerySet(models.QuerySet["NewsItem"]):
    def public(self, at: datetime | None = None) -> NewsItemQuerySet:
        """What may be read at a moment (now by default), the latest first."""
        return self.filter(
            Q(edition=None) | Q(edition__is_published=True), published_at__lte=at or timezone.now()
        ).order_by("-published_at", "-pk")


class NewsItem(models.Model):
    """Something new, for everyone or first for the press. With a moment ahead of now it appears by itself."""

    edition = models.ForeignKey(
        Edition,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="news",
        verbose_name=_("edition"),
        help_text=_("Empty: about no edition in particular."),
    )
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    lead = models.CharField(_("in a sentence or two"), max_length=400)
    text = models.TextField(_("text"), blank=True)
    picture = models.ForeignKey(
        Picture, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("picture")
    )
    is_press_release = models.BooleanField(_("press release"), default=False)
    published_at = models.DateTimeField(
        _("public from"), null=True, blank=True, validators=[plausible], help_text=_("Empty: a draft.")
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    objects: ClassVar[NewsItemQuerySet] = NewsItemQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("news item")
        verbose_name_plural = _("news")
        ordering = ["-published_at", "-pk"]
        constraints = [plausible_moments("news_moments_are_plausible", "published_at")]
        triggers = [
            remembers_its_addresses(FormerAddress.Kind.NEWS),
            raises_public_version(only_if="NEW.published_at IS NOT NULL OR OLD.published_at IS NOT NULL"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("archive:news_item", args=[self.slug])
