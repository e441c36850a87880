from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistrationConfig(AppConfig):
    name = "registration"
    verbose_name = _("Registration")

    def ready(self) -> None:
        # Models are there only now; the programme asks and tells us through its lists.
        from programme.release_hooks import release_checks, release_consequences, release_effects
        from registration import organisation_rows
        from registration.consequences import consequences, warn_of_seats
        from registration.releases import carry_seats_along

        release_checks.append(warn_of_seats)
        release_consequences.append(consequences)
        release_effects.append(carry_seats_along)
        organisation_rows.register()
