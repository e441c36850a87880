from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from efus_conference.models import raises_public_version
from programme.models.sessions import Session
from programme.models.speakers import Speaker


def private_storage() -> Storage:
    """Where nobody reaches a file but through a view that asks whether they may."""
    return storages["private"]


class MaterialQuerySet(models.QuerySet["Material"]):
    def public(self) -> MaterialQuerySet:
        """Those an organiser published, of sessions that are public and take place, in their order.

        What was handed in by somebody who is no longer named goes with their name.
        """
        return self.filter(
            Q(handed_in_by__isnull=True) | Q(handed_in_by__in=Speaker.objects.shown()),
            is_published=True,
            session__released__isnull=False,
            session__released__status="confirmed",
            session__edition__is_published=True,
        ).order_by("kind", "order", "pk")


class Material(models.Model):
    """What remains of a session: its recording, slides, a document. A file of ours, or an address elsewhere.

    It is published by itself, not by a release: it comes after the session.
    """

    class Kind(models.TextChoices):
        RECORDING = "recording", _("recording")
        SLIDES = "slides", _("slides")
        DOCUMENT = "document", _("document")

    session = models.ForeignKey(Session, models.CASCADE, related_name="materials", verbose_name=_("session"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(_("language"), max_length=10, blank=True)
    file = models.FileField(
        _("file"), storage=private_storage, upload_to="materials", max_length=200, blank=True
    )
    address = models.URLField(_("web address"), max_length=500, blank=True)
    is_published = models.BooleanField(_("published"), default=False)
    handed_in_by = models.ForeignKey(
        Speaker,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("handed in by"),
    )
    added_at = models.DateTimeField(_("added"), auto_now_add=True)
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    objects: ClassVar[MaterialQuerySet] = MaterialQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("materials of sessions")
        ordering = ["session", "kind", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(file="") & ~Q(address="")) | (~Q(file="") & Q(address="")),
                name="material_is_a_file_or_an_address",
                violation_error_message=_("Give a file or a web address, and not both."),
            ),
            models.CheckConstraint(
                condition=Q(address="")
                | Q(address__startswith="https://")
                | Q(address__startswith="http://"),
                name="material_address_is_of_the_web",
            ),
        ]
        triggers = [raises_public_version(only_if="OLD.is_published OR NEW.is_published")]

    def __str__(self) -> str:
        return self.title

    @property
    def ending(self) -> str:
        """What the file is (“pdf”), as its content was judged; "" for an address."""
        return (self.file.name or "").rpartition(".")[2]

    def clean(self) -> None:
        super().clean()
        if bool(self.file) == bool(self.address):
            raise ValidationError(_("Give a file or a web address, and not both."))
