from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from registration.models.people import Registration


class Accreditation(Registration):
    """A registration of the press as the press office sees it: by no right on registrations, and no other one."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("accreditation of the press")
        verbose_name_plural = _("accreditations of the press")
