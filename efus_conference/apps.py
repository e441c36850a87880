from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class SiteConfig(AppConfig):
    name = "efus_conference"
    verbose_name = _("Conference")


class SiteAdminConfig(AdminConfig):
    default_site = "efus_conference.admin_site.OrganisersSite"
