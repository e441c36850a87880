"""What an officer of declarations takes away of what they did, without the addresses and names of the offices."""

from __future__ import annotations

import json

import jsonschema
import pytest
from django.utils import timezone

from declarations.actions import propose_freezing, publish_declaration, verify
from declarations.actions.withdrawing import enter_withdrawal
from declarations.models import InvitationRun, TextVersion
from declarations.personal import data_of
from efus_conference.personal import moment
from efus_conference.views.taking import SCHEMA
from tests import factories
from tests.declarations import staging
from tests.declarations.making import actor, officer, submitted

pytestmark = pytest.mark.django_db


def test_an_officer_takes_away_what_they_did_with_texts_names_rounds_and_withdrawals() -> None:
    by, other = officer(), officer()
    declaration = factories.declaration(slug="of-the-rivers", title_fr="Des fleuves")
    if not declaration.texts.exists():
        TextVersion.objects.create(declaration=declaration, language="en", status="authentic", body="Words.")
    propose_freezing(declaration=declaration, by=by)
    publish_declaration(declaration=declaration, by=other)
    signature = verify(signature=submitted(), by=officer())
    signatory = signature.signatory
    run = InvitationRun.objects.create(
        declaration=signatory.declaration, by=actor(by), what="remind", todo=[], done=[1, 2]
    )
    signatory.name_checked_by, signatory.name_checked_at = actor(by), timezone.now()
    signatory.save(update_fields=["name_checked_by", "name_checked_at"])
    withdrawal = enter_withdrawal(signature=signature, by=by, reason="By letter of the mayor.")
    declaration.refresh_from_db()
    slug, city = signatory.declaration.slug, str(signatory.organisation)

    data = data_of(by)

    assert declaration.proposed_at is not None
    assert data == {
        "pseudonym": actor(by).pk,
        "signatures": [],
        "invitations": [],
        "mailboxes": [],
        "texts": [
            {"at": moment(declaration.proposed_at), "what": "proposed", "declaration": "of-the-rivers"}
        ],
        "names": [{"at": moment(signatory.name_checked_at), "declaration": slug, "organisation": city}],
        "rounds": [
            {"started_at": moment(run.started_at), "what": "remind", "declaration": slug, "offices": 2}
        ],
        "withdrawals": [
            {
                "at": moment(withdrawal.entered_at),
                "what": "entered",
                "declaration": slug,
                "organisation": city,
            }
        ],
        "stage": [],
    }
    published = data_of(other)["texts"]
    assert [row["what"] for row in published] == ["published"]
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.validate(data, {**schema["properties"]["declarations"], "$defs": schema.get("$defs", {})})
    assert data_of(factories.user()).keys() == data.keys()


def test_an_officer_takes_away_what_they_did_on_stage() -> None:
    by = officer()
    signing = staging.recorded(by=by)
    recorded = signing.events.get(kind="signed")
    assert data_of(by)["stage"] == [
        {
            "at": moment(recorded.at),
            "what": "signed",
            "declaration": signing.ceremony.declaration.slug,
            "organisation": str(signing.signatory.organisation),
        }
    ]
