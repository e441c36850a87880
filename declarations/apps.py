from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeclarationsConfig(AppConfig):
    name = "declarations"
    verbose_name = _("Declarations")

    def ready(self) -> None:
        # Models are there only now; the ground asks us which rows the public may be led to.
        from declarations import organisation_rows
        from declarations.models import Declaration
        from efus_conference.former_addresses import Kind, public_rows

        public_rows[Kind.DECLARATION] = Declaration.objects.public
        organisation_rows.register()
