"""What the demonstration asks its invented people to agree to, and what they agreed to."""

from __future__ import annotations

from efus_conference.management.content.files import Record, records, translated
from efus_conference.management.content.ledger import Ledger
from efus_conference.models import Edition
from registration.actions.consents import agree
from registration.consents import texts_of
from registration.models import ConsentText, Registration


def load_consent_texts(ledger: Ledger) -> None:
    for item in records("demo/consent_texts"):
        edition = ledger.row(item["edition"], Edition)
        ledger.put(
            item["key"],
            ConsentText,
            {"is_required": item["is_required"], "order": item["order"]},
            natural={"edition": edition, "purpose": item["purpose"], "version": 1},
            # Words that somebody agreed to stand: the database refuses others.
            once=translated("text", item["text"]),
            needs=[edition],
        )


def load_consents(item: Record, registration: Registration) -> None:
    """Those of one person, in the language of their mails."""
    wanted = [text for text in texts_of(registration.edition) if text.purpose in item["agrees"]]
    if wanted:
        agree(
            registration=registration,
            texts=wanted,
            language=registration.language,
            by=registration.managed_by,
        )
