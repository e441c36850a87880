from __future__ import annotations

import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registration.models.categories import Category

KEPT = timedelta(days=1)


class DecisionRunQuerySet(models.QuerySet["DecisionRun"]):
    def over(self) -> DecisionRunQuerySet:
        """Those nobody comes back to any more."""
        return self.filter(started_at__lt=timezone.now() - KEPT)

    def free(self) -> DecisionRunQuerySet:
        """Those that no other request is working on; one that died lets go after a while."""
        return self.filter(Q(busy_until=None) | Q(busy_until__lt=timezone.now()))


class DecisionRun(models.Model):
    """One decision on many registrations, made row by row: what is still to do, what was done, what was refused.

    It names nobody; the rows are ids of registrations. Kept for a day.
    """

    class What(models.TextChoices):
        APPROVE = "approve", _("approve")
        REFUSE = "refuse", _("refuse")
        REOPEN = "reopen", _("take the refusal back")
        CANCEL = "cancel", _("cancel")
        MOVE = "move", _("move to another category")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("decided by")
    )
    what = models.CharField(_("what"), max_length=8, choices=What)
    reason = models.TextField(_("reason"), blank=True, help_text=_("Until the last row is done."))
    category = models.ForeignKey(
        Category, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("category")
    )
    todo = models.JSONField(_("still to do"), default=list)  # ids, in their turn
    done = models.JSONField(_("done"), default=list)  # [[id, status after], …]
    refused = models.JSONField(_("refused"), default=list)  # [[id, sentence], …]
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    busy_until = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[DecisionRunQuerySet] = DecisionRunQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("decision on many")
        verbose_name_plural = _("decisions on many")
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return str(self.get_what_display())

    @property
    def handled(self) -> int:
        return len(self.done) + len(self.refused)

    @property
    def in_all(self) -> int:
        return self.handled + len(self.todo)
