from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from efus_conference.models import raises_public_version


class Picture(models.Model):
    """A picture of the library, made anew from what was uploaded: upright, no metadata, no second payload.

    It stands beside its smaller siblings (`archive.pictures`); its address holds its digest, so that it may be kept
    for ever. Whoever puts it into the library agrees that it is public.
    """

    digest = models.CharField(_("digest"), max_length=20, unique=True, editable=False)
    width = models.PositiveIntegerField(_("width in pixels"), editable=False)
    height = models.PositiveIntegerField(_("height in pixels"), editable=False)
    is_drawing = models.BooleanField(
        _("logo or drawing"),
        default=False,
        help_text=_("Kept to the pixel, on white; photographs are packed."),
    )
    alt = models.CharField(
        _("what it shows"),
        max_length=300,
        help_text=_("In a sentence, for those who can't see it. Of a logo, whose it is."),
    )
    credit = models.CharField(_("photographer or source"), max_length=200, blank=True)
    added_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["-added_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(width__gt=0, height__gt=0), name="a_picture_has_a_size"),
        ]
        triggers = [raises_public_version()]

    def __str__(self) -> str:
        return self.alt


class Photo(models.Model):
    """A picture in the album of an edition."""

    edition = models.ForeignKey(
        "efus_conference.Edition", models.CASCADE, related_name="photos", verbose_name=_("edition")
    )
    picture = models.ForeignKey(Picture, models.PROTECT, related_name="+", verbose_name=_("picture"))
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "picture"], name="a_photo_once_per_edition"),
        ]
        triggers = [raises_public_version()]

    def __str__(self) -> str:
        return str(self.picture)
