from __future__ import annotations

import pytest
from django.test import Client

from declarations import actions
from tests.declarations.making import office, officer
from tests.declarations.staging import ceremony, cleared, confirmed, recorded, signer

pytestmark = pytest.mark.django_db


def test_officers_read_on_their_first_page_what_a_ceremony_waits_for() -> None:
    on = ceremony()
    actions.enter_signer(ceremony=on, signatory=office(on.declaration), signer=signer(), by=officer())
    recorded(cleared(on))
    confirmed(cleared(on))
    bare = recorded(cleared(on))
    actions.confirm_on_stage(signing=bare, by=officer(), seen=bare.version)
    client = Client()
    client.force_login(officer(is_superuser=True))
    pages = f"/admin/declarations/ceremony/{on.pk}"
    shown = client.get("/admin/").context["tasks"]
    assert [(task.sentence, task.address) for task in shown if "/ceremony/" in task.address] == [
        ("1 signatory of a ceremony is not cleared for the stage yet.", f"{pages}/list/"),
        ("1 signature was recorded on stage and waits for a second officer.", f"{pages}/confirm/"),
        (
            "1 signature from the stage is not published before its scan is added or said to follow.",
            f"{pages}/stage/",
        ),
        ("The scan of 1 signature from the stage is still to follow.", f"{pages}/stage/"),
    ]
