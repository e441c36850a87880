from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class SiteConfig(AppConfig):
    name = "efus_conference"
    verbose_name = _("Conference")

    def ready(self) -> None:
        # Importing registers them; settings are there only now.
        from efus_conference import checks, organisation_rows  # noqa: F401

        organisation_rows.register()


class SiteAdminConfig(AdminConfig):
    default_site = "efus_conference.admin_site.OrganisersSite"
