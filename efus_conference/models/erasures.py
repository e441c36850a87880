from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Erasure(models.Model):
    """That the data of an account were erased, and when: no name, so it may stay.

    After a restored backup these are repeated: `docs/operations.md` says how.
    """

    user_id = models.BigIntegerField(_("number of the account"))
    erased_at = models.DateTimeField(_("erased"), auto_now_add=True)
    registrations = models.PositiveIntegerField(_("registrations"), default=0)
    by_organiser = models.BooleanField(_("by an organiser"), default=False)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-erased_at", "-pk"]

    def __str__(self) -> str:
        return str(self.user_id)
