from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from efus_conference.models import User
from efus_conference.private_files import private_storage
from registration.models.questions import answer_path

# Long enough to look for a scan overnight; then a form that was not sent is taken for abandoned.
KEPT_FOR = timedelta(days=2)


class PendingFileQuerySet(models.QuerySet["PendingFile"]):
    def abandoned(self, at: datetime) -> PendingFileQuerySet:
        return self.filter(kept_at__lte=at - KEPT_FOR)

    def named(self, tokens: Iterable[str], *, user: User) -> dict[str, PendingFile]:
        """Those of the tokens that are files this account sent; whatever else was written is left out."""
        keys = [key for token in tokens if (key := _key(token)) is not None]
        if not keys:
            return {}
        return {str(row.key): row for row in self.filter(kept_by=user, key__in=keys)}


def _key(token: str) -> uuid.UUID | None:
    try:
        return PendingFile._meta.pk.to_python(token)
    except ValidationError:
        return None


class PendingFile(models.Model):
    """A file someone chose in a form that is not sent yet: theirs alone, and deleted when the form is abandoned."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("kept for")
    )
    file = models.FileField(_("file"), storage=private_storage, upload_to=answer_path, max_length=120)
    name = models.CharField(_("name"), max_length=200)
    kept_at = models.DateTimeField(_("kept since"), auto_now_add=True, db_index=True)

    objects: ClassVar[PendingFileQuerySet] = PendingFileQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("file of a form")
        verbose_name_plural = _("files of forms")
        default_permissions = ()

    def __str__(self) -> str:
        # Deletions and error messages print it, so it tells nothing.
        return str(self._meta.verbose_name)
