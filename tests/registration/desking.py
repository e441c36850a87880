"""A desk for tests: an edition under way, people with tickets, devices that are in, and what they send."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from efus_conference.models import Edition, User
from registration import actions
from registration.actions.desk import NewLink
from registration.desk.hashes import hash_of
from registration.models import CheckIn, DeskDevice, Registration
from registration.models.desk import DeskAlert
from registration.views.desk_access import KEY
from tests import factories

PASSPHRASE = "four invented words here"
RIGHTS = ("check_in", "print_badges", "change_registration", "view_registration")


def organiser(*rights: str) -> User:
    """Of the registration desk, as far as the desk asks."""
    user = factories.user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights or RIGHTS))
    return user


def today(edition: Edition) -> Any:
    return timezone.now().astimezone(edition.zone).date()


def new_link(edition: Edition, **fields: Any) -> NewLink:
    values = {"day": today(edition), "label": "entrance A", "by": organiser(), **fields}
    return actions.make_desk_link(edition=edition, **values)


def client_of(device: DeskDevice) -> Client:
    """A browser in which the device has entered; an organiser's is logged in."""
    client = Client()
    if device.user is not None:
        client.force_login(device.user)
    session = client.session
    session[KEY] = str(device.pk)
    session.save()
    return client


def volunteer(edition: Edition, name: str = "telephone 1", link: NewLink | None = None) -> Client:
    made = link or new_link(edition)
    return client_of(actions.enter_by_link(link=made.link, pin=made.pin, name=name))


def organising(edition: Edition, name: str = "tablet", by: User | None = None) -> Client:
    return client_of(actions.enter_as_organiser(edition=edition, name=name, by=by or organiser()))


def device_of(client: Client) -> DeskDevice:
    return DeskDevice.objects.get(pk=client.session[KEY])


def seen(person: Registration, at: datetime | None = None, **fields: Any) -> dict[str, Any]:
    """A check-in as the device keeps it: the code was read, at this moment by its clock."""
    values = {
        "id": str(uuid.uuid4()),
        "ref": person.pk,
        "hash": hash_of(actions.ticket_for(person).code) if person.is_confirmed else None,
        "scope": "day",
        "at": (at or timezone.now()).isoformat(),
        "how": "scan",
    }
    return {**values, **fields}


def send(client: Client, address: str, body: Any, **headers: str) -> HttpResponse:
    sent = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return client.post(address, sent, content_type="application/json", headers=headers)


def sync(client: Client, *check_ins: dict[str, Any], **more: Any) -> HttpResponse:
    body = {
        "now": timezone.now().isoformat(),
        "cursor": None,
        "check_ins": list(check_ins),
        "undone": [],
        "alerts": [],
        **more,
    }
    return send(client, "/desk/sync.json", body)


def results(answer: HttpResponse) -> list[str]:
    """In the order sent."""
    return list(json.loads(answer.content)["results"].values())


def minutes_ago(minutes: float) -> datetime:
    return timezone.now() - timedelta(minutes=minutes)


def there() -> list[tuple[int, str | None]]:
    """Whom the rows say was there: the person and, in a session, its code."""
    rows = CheckIn.objects.standing().order_by("registration_id", "session__code")
    return list(rows.values_list("registration_id", "session__code"))


def alerts() -> list[str]:
    return sorted(DeskAlert.objects.values_list("kind", flat=True))
