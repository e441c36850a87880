from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArchiveConfig(AppConfig):
    name = "archive"
    verbose_name = _("Archive")

    def ready(self) -> None:
        # Models are there only now; the ground asks us which rows the public may be led to.
        from archive.organisations import on_record
        from efus_conference.former_addresses import Kind, public_rows

        public_rows[Kind.ORGANISATION] = on_record
