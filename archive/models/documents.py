from __future__ import annotations

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition, raises_public_version
from efus_conference.private_files import private_storage


class DocumentQuerySet(models.QuerySet["Document"]):
    def public(self) -> DocumentQuerySet:
        return self.filter(is_published=True, edition__is_published=True)


class Document(models.Model):
    """A PDF that an edition leaves: its programme, its report, its manifesto. Its first page stands for it."""

    class Kind(models.TextChoices):
        PROGRAMME = "programme", _("programme")
        REPORT = "report", _("report")
        DECLARATION = "declaration", _("declaration or manifesto")
        PRESS = "press", _("for the press")
        OTHER = "other", _("other")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="documents", verbose_name=_("edition"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.OTHER)
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(
        _("language"), max_length=10, blank=True, help_text=_("Two letters: en. Empty where it has several.")
    )
    file = models.FileField(_("PDF"), storage=private_storage, upload_to="documents", max_length=200)
    cover = models.FileField(
        _("first page"),
        storage=private_storage,
        upload_to="documents",
        max_length=200,
        blank=True,
        editable=False,
    )
    size = models.PositiveIntegerField(_("bytes"), editable=False, validators=[MinValueValidator(1)])
    pages = models.PositiveIntegerField(_("pages"), default=0, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, editable=False)
    is_published = models.BooleanField(_("published"), default=True)
    added_at = models.DateTimeField(_("added"), auto_now_add=True)
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    objects: ClassVar[DocumentQuerySet] = DocumentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["edition", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "sha256"],
                name="a_document_once_per_edition",
                violation_error_message=_("This edition has this very file already."),
            ),
            models.CheckConstraint(condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="a_document_has_a_sum"),
        ]
        triggers = [raises_public_version(only_if="NEW.is_published OR OLD.is_published")]

    def __str__(self) -> str:
        return self.title


class Captions(models.Model):
    """What is said in a video, in one language, as a file of WebVTT (W3C)."""

    video = models.ForeignKey(
        "archive.Video", models.CASCADE, related_name="captions", verbose_name=_("video")
    )
    language = models.CharField(_("language"), max_length=10, help_text=_("Two letters: en."))
    file = models.FileField(_("WebVTT file"), storage=private_storage, upload_to="captions", max_length=200)

    class Meta:
        verbose_name = _("captions")
        verbose_name_plural = _("captions")
        ordering = ["video", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["video", "language"],
                name="captions_once_per_language",
                violation_error_message=_("This video has captions in this language already."),
            ),
        ]
        triggers = [raises_public_version()]

    def __str__(self) -> str:
        return f"{self.video} · {self.language}"
