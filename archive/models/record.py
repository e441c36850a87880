from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from archive.models.pictures import Picture
from archive.videos import check_address
from efus_conference.models import Edition, Organisation, raises_public_version
from efus_conference.private_files import private_storage
from programme.models import Speaker


class KeyFigure(models.Model):
    """One recorded number of an edition, with who says so; two sources may differ and both stand."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="figures", verbose_name=_("edition"))
    counted = models.SlugField(
        _("what is counted"),
        max_length=60,
        help_text=_("The same word in every edition: participants, countries …"),
    )
    label = models.CharField(_("label"), max_length=120)
    value = models.PositiveIntegerField(_("value"))
    is_approximate = models.BooleanField(_("approximate"), default=False)
    source = models.CharField(_("source"), max_length=200)
    detail = models.CharField(_("detail"), max_length=250, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    class Meta:
        verbose_name = _("key figure")
        verbose_name_plural = _("key figures")
        ordering = ["order", "counted", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "counted", "source"],
                name="one_figure_per_source",
                violation_error_message=_("This source has a figure for this already."),
            ),
        ]
        triggers = [raises_public_version()]

    def __str__(self) -> str:
        return f"{self.value} {self.label}"


class VideoQuerySet(models.QuerySet["Video"]):
    def shown(self) -> VideoQuerySet:
        """Those of nobody in particular, and of speakers who may be named."""
        return self.filter(Q(speaker__isnull=True) | Q(speaker__in=Speaker.objects.shown()))


class Video(models.Model):
    """A video of an edition; where none is held its speaker is named all the same."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="videos", verbose_name=_("edition"))
    title = models.CharField(_("title"), max_length=250)
    speaker = models.ForeignKey(
        Speaker, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("speaker")
    )
    function = models.CharField(_("function then"), max_length=250, blank=True)
    address = models.URLField(_("address"), max_length=500, blank=True)
    file = models.FileField(
        _("file"),
        storage=private_storage,
        upload_to="videos",
        max_length=200,
        blank=True,
        help_text=_("MP4 or WebM, kept here: nobody else learns who watches it."),
    )
    still = models.ForeignKey(
        Picture, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("still picture")
    )
    language = models.CharField(_("language spoken"), max_length=10, blank=True)
    seconds = models.PositiveIntegerField(_("length in seconds"), null=True, blank=True)
    transcript = models.TextField(_("transcript"), blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    objects: ClassVar[VideoQuerySet] = VideoQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("video")
        verbose_name_plural = _("videos")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(address="") | Q(file=""),
                name="a_video_is_here_or_elsewhere",
                violation_error_message=_("Give the address of a video or a file, not both."),
            ),
            models.CheckConstraint(
                condition=Q(address="")
                | Q(address__startswith="https://")
                | Q(address__startswith="http://"),
                name="video_address_is_of_the_web",
            ),
        ]
        triggers = [raises_public_version()]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        super().clean()
        if self.address:
            try:
                check_address(self.address)
            except ValidationError as refusal:
                raise ValidationError({"address": refusal}) from None


class Voice(models.Model):
    """Someone known to have spoken at an edition, of whom no session is on record."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="voices", verbose_name=_("edition"))
    speaker = models.ForeignKey(Speaker, models.PROTECT, related_name="+", verbose_name=_("speaker"))
    function = models.CharField(_("function then"), max_length=250, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    class Meta:
        verbose_name = _("voice")
        verbose_name_plural = _("voices")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "speaker"], name="a_voice_once_per_edition")
        ]
        triggers = [raises_public_version()]

    def __str__(self) -> str:
        return str(self.speaker)


class Partner(models.Model):
    """An organisation that carries an edition beside its hosts, or under whose auspices it stands."""

    class Kind(models.TextChoices):
        PARTNER = "partner", _("partner")
        AUSPICES = "auspices", _("auspices")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="partners", verbose_name=_("edition"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PARTNER)
    role = models.CharField(_("role"), max_length=200, blank=True)
    logo = models.ForeignKey(
        Picture, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("logo")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "organisation"], name="a_partner_once_per_edition"),
        ]
        triggers = [raises_public_version()]

    def __str__(self) -> str:
        return str(self.organisation)


class EditionNote(models.Model):
    """What else is known of an edition, a line each: a format it had, a field visit it offered."""

    class Kind(models.TextChoices):
        FORMAT = "format", _("format")
        FIELD_VISIT = "field_visit", _("field visit offered")
        OTHER = "other", _("other")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="notes", verbose_name=_("edition"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.OTHER)
    text = models.CharField(_("text"), max_length=300)
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["kind", "order", "pk"]
        triggers = [raises_public_version()]

    def __str__(self) -> str:
        return self.text
