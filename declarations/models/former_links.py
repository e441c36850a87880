from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from declarations.models.invitations import Invitation


class FormerLink(models.Model):
    """A link of an invitation before a newer one took its place: it opens nothing, and asks for a new one."""

    invitation = models.ForeignKey(
        Invitation, models.CASCADE, related_name="former_links", verbose_name=_("invitation")
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    replaced_at = models.DateTimeField(_("replaced"), auto_now_add=True)

    class Meta:
        verbose_name = _("former link")
        verbose_name_plural = _("former links")
        ordering = ["-replaced_at"]

    def __str__(self) -> str:
        return f"{self.invitation} · {self.replaced_at:%Y-%m-%d}"
