from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammeConfig(AppConfig):
    name = "programme"
    verbose_name = _("Programme")

    def ready(self) -> None:
        # Models are there only now; the ground asks us which rows the public may be led to.
        from efus_conference.former_addresses import Kind, public_rows
        from programme import organisation_rows
        from programme.models import Room, SessionKind, Speaker, Theme, Venue

        public_rows[Kind.SPEAKER] = Speaker.objects.shown
        public_rows[Kind.VENUE] = Venue.objects.all
        public_rows[Kind.ROOM] = Room.objects.all
        public_rows[Kind.SESSION_KIND] = SessionKind.objects.all
        public_rows[Kind.THEME] = Theme.objects.all
        organisation_rows.register()
