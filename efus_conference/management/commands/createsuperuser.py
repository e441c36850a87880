from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.management.commands import createsuperuser

from efus_conference.models import User


class Command(createsuperuser.Command):
    help = "Makes an administrator, whose address counts as verified. The second factor is set up at first login."

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        for user in User.objects.filter(is_superuser=True):
            if not EmailAddress.objects.filter(user=user).exists():
                EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
