from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from declarations.models.texts import Declaration
from efus_conference.models import raises_public_version
from efus_conference.private_files import private_storage


def sealed_path(_document: SealedDocument, _filename: str) -> str:
    return f"sealed/{secrets.token_hex(24)}.pdf"


class SealedDocument(models.Model):
    """A declaration with its signatories in one language as a sealed PDF: the last one that was made."""

    declaration = models.ForeignKey(
        Declaration, models.PROTECT, related_name="sealed_documents", verbose_name=_("declaration")
    )
    language = models.CharField(_("language"), max_length=10)
    file = models.FileField(_("file"), storage=private_storage, upload_to=sealed_path, max_length=120)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    shows = models.CharField(max_length=64)  # the sum of what it shows, by which a stale one is known
    signatures = models.PositiveIntegerField(_("signatures"), default=0)
    checkpoint = models.ForeignKey(
        "declarations.Checkpoint",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("checkpoint"),
    )
    sealed_at = models.DateTimeField(_("sealed"))
    stamped_at = models.DateTimeField(
        _("timestamped"),
        null=True,
        blank=True,
        help_text=_("By the clock of the time-stamping authority; empty where it has not answered yet."),
    )

    class Meta:
        verbose_name = _("sealed document")
        verbose_name_plural = _("sealed documents")
        ordering = ["declaration", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["declaration", "language"], name="one_sealed_document_per_language"
            ),
            models.CheckConstraint(condition=~Q(file=""), name="sealed_document_has_its_file"),
        ]
        triggers = [raises_public_version()]

    def __str__(self) -> str:
        return f"{self.declaration} · {self.language}"
