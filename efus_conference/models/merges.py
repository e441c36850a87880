from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationMerge(models.Model):
    """That an organisation was taken for another one and is no more: who did it, and when.

    Ids, because one row is gone and the other may be merged in its turn. What never changes whom it belongs to,
    such as a signatory, moves from the one to the other only under such a row, and there is such a row only when
    the organisation is really gone.
    """

    gone_id = models.BigIntegerField(_("number of the one that is gone"), unique=True)
    gone_slug = models.CharField(_("its address"), max_length=120)
    gone_name = models.CharField(_("its name"), max_length=200)
    kept_id = models.BigIntegerField(_("number of the one that was kept"))
    kept_name = models.CharField(_("name of the one that was kept"), max_length=200)
    merged_at = models.DateTimeField(_("merged"), auto_now_add=True)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("merged by")
    )

    class Meta:
        verbose_name = _("merged organisation")
        verbose_name_plural = _("merged organisations")
        ordering = ["-merged_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(gone_id=models.F("kept_id")), name="merged_with_another"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="a_merge_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="the_merged_is_gone",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func="""
                    IF EXISTS (SELECT FROM efus_conference_organisation WHERE id = NEW.gone_id) THEN
                        RAISE EXCEPTION 'an organisation that was merged is gone'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'the_merged_is_gone';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gone_name} → {self.kept_name}"
