from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArchiveConfig(AppConfig):
    name = "archive"
    verbose_name = _("Archive")

    def ready(self) -> None:
        # Models are there only now; the ground asks us which rows the public may be led to.
        from archive.models import NewsItem, Page
        from archive.moments import appearing
        from archive.organisations import on_record
        from efus_conference.former_addresses import Kind, public_rows
        from efus_conference.kept import moments_ahead

        public_rows[Kind.ORGANISATION] = on_record
        public_rows[Kind.PAGE] = Page.objects.public
        public_rows[Kind.NEWS] = NewsItem.objects.public
        moments_ahead.append(appearing)
