from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArchiveConfig(AppConfig):
    name = "archive"
    verbose_name = _("Archive")

    def ready(self) -> None:
        # Models are there only now; the ground asks us which rows the public may be led to.
        from archive import organisation_rows
        from archive.actions.closing import keep_record
        from archive.models import NewsItem, Page
        from archive.moments import appearing, of_the_current_edition
        from archive.organisations import on_record
        from efus_conference.former_addresses import Kind, public_rows
        from efus_conference.kept import moments_ahead
        from registration.closing_hooks import closing_effects

        public_rows[Kind.ORGANISATION] = on_record
        public_rows[Kind.PAGE] = Page.objects.public
        public_rows[Kind.NEWS] = NewsItem.objects.public
        moments_ahead += [appearing, of_the_current_edition]
        closing_effects.append(keep_record)
        organisation_rows.register()
