"""With a trigger of one's own on a table of one's own: rules that counted the depth of triggers were got round so."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction

from declarations.actions import enter_withdrawal, verify
from tests.declarations.making import actor, draft, office, officer, refused_by, submitted

pytestmark = pytest.mark.django_db


def by_an_own_trigger(statement: str, *values: Any) -> str:
    """The rule that refuses the statement where it is run by a trigger; "" where it passes."""

    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE own (depth int)")
            given = statement % values
            cursor.execute(
                "CREATE FUNCTION pg_temp.run() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN NEW.depth := pg_trigger_depth(); {given}; RETURN NEW; END $$"
            )
            cursor.execute(
                "CREATE TRIGGER run BEFORE INSERT ON own FOR EACH ROW EXECUTE FUNCTION pg_temp.run()"
            )
            cursor.execute("INSERT INTO own VALUES (0)")
            cursor.execute("DROP TABLE own; DROP FUNCTION pg_temp.run")

    return refused_by(run)


def test_a_trigger_may_do_what_anybody_may() -> None:
    """The negative control: the way itself works."""
    signature = draft(office())
    assert (
        by_an_own_trigger(
            "UPDATE declarations_signature SET signer_office = 'Mayor' WHERE id = %d", signature.pk
        )
        == ""
    )


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("state = 'verified'", "signature_changes_by_event"),
        ("state = 'verified', decided_at = now()", "signature_changes_by_event"),
        ("decided_at = now()", "signature_changes_by_event"),
        ('names = \'{"en": "Rome"}\'', "signature_keeps_its_snapshot"),
        ("country = 'IT'", "signature_keeps_its_snapshot"),
        ("recorded_by_office = NOT recorded_by_office", "signature_keeps_its_snapshot"),
        ("state = 'submitted', country = 'IT'", "signature_keeps_its_snapshot"),
    ],
)
def test_neither_state_nor_snapshot_is_written_without_an_event(change: str, rule: str) -> None:
    signature = submitted()
    assert (
        by_an_own_trigger(f"UPDATE declarations_signature SET {change} WHERE id = %d", signature.pk) == rule
    )


def test_a_draft_becomes_no_signature_without_an_event() -> None:
    signature = draft(office())
    change = "UPDATE declarations_signature SET state = 'submitted', country = 'IT' WHERE id = %d"
    assert by_an_own_trigger(change, signature.pk) == "signature_changes_by_event"


def test_no_signature_is_superseded_by_hand() -> None:
    signature = verify(signature=submitted(), by=officer())
    insert = (
        "INSERT INTO declarations_signatureevent (signature_id, kind, actor_id, note, at) "
        "VALUES (%d, 'superseded', %d, '', now())"
    )
    assert by_an_own_trigger(insert, signature.pk, actor(officer()).pk) == "superseded_by_its_replacement"


def test_no_withdrawal_is_carried_out_by_hand() -> None:
    signature = verify(signature=submitted(), by=officer())
    wish = enter_withdrawal(signature=signature, by=officer(), reason="A letter.")
    change = "UPDATE declarations_withdrawal SET outcome = 'done', decided_by_id = %d, decided_at = now() WHERE id = %d"
    assert by_an_own_trigger(change, actor(officer()).pk, wish.pk) == "withdrawal_stays_as_entered"


@pytest.mark.parametrize("kind", ["verified", "refused"])
def test_an_event_and_its_state_in_one_statement_do_no_more_than_the_event(kind: str) -> None:
    inviter = officer()
    signature = submitted(by=inviter)

    def run() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "WITH happened AS (INSERT INTO declarations_signatureevent (signature_id, kind, actor_id, note, at) "
                "VALUES (%s, %s, %s, '', now()) RETURNING id) "
                "UPDATE declarations_signature SET state = %s, country = 'IT' WHERE id = %s",
                [signature.pk, kind, actor(inviter).pk, kind, signature.pk],
            )

    assert refused_by(run) in {
        "signature_changes_by_event",
        "signature_keeps_its_snapshot",
        "signature_state_follows",
    }
    signature.refresh_from_db()
    assert [signature.state, signature.events.count()] == ["submitted", 1]
