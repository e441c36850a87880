from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Mail(models.Model):
    """The kept copy of a mail: links and codes in it are masked, so reading it opens nothing."""

    kind = models.CharField(_("kind"), max_length=80)
    to = models.EmailField(_("to"))
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField(_("text"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("account"),
    )
    subject_ids = models.JSONField(_("concerns"), default=dict, help_text=_("The ids the job was given."))
    job_id = models.BigIntegerField(_("job"), null=True, blank=True, db_index=True)
    sent_at = models.DateTimeField(_("sent"), auto_now_add=True)

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        ordering = ["-sent_at"]
        indexes = [models.Index(fields=["to", "-sent_at"])]

    def __str__(self) -> str:
        return self.subject
