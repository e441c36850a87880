"""What the demonstration asks its invented people, what they answered, and who replies to their needs."""

from __future__ import annotations

from efus_conference.management.content.demo_accounts import Accounts
from efus_conference.management.content.files import Record, records, translated
from efus_conference.management.content.ledger import Ledger
from efus_conference.models import Edition
from programme.models import Session
from registration.actions import reply_to_needs, save_answers
from registration.models import Category, Question, QuestionChoice, Registration


def load_questions(ledger: Ledger) -> None:
    for item in records("demo/questions"):
        edition = ledger.row(item["edition"], Edition)
        first = ledger.row(item["depends_on"], Question) if item["depends_on"] else None
        session = ledger.row(item["session"], Session) if item["session"] else None
        needs = [edition, *([first] if item["depends_on"] else []), *([session] if item["session"] else [])]
        question = ledger.put(
            item["key"],
            Question,
            {
                **translated("hint", item["hint"]),
                "is_required": item["is_required"],
                "depends_on": first,
                "depends_value": item["depends_value"],
                "session": session,
                "order": item["order"],
            },
            natural={"edition": edition, "slug": item["slug"]},
            # What was answered is not asked otherwise: the database refuses it.
            once={
                **translated("text", item["text"]),
                "kind": item["kind"],
                "privacy": item["privacy"],
                "kept_days": item["kept_days"],
            },
            many={"categories": [ledger.row(key, Category) for key in item["categories"]]},
            needs=needs,
        )
        for number, choice in enumerate(item["choices"], start=1):
            ledger.put(
                f"{item['key']}/{choice['slug']}",
                QuestionChoice,
                {"order": number},
                natural={"question": question, "slug": choice["slug"]},
                once=translated("text", choice["text"]),
                needs=[question],
            )


def load_answers(item: Record, registration: Registration, accounts: Accounts) -> None:
    """Those of one person, and the reply to their needs."""
    if answers := item.get("answers"):
        save_answers(registration=registration, answers=answers, by=registration.managed_by)
    organiser = accounts.get("organiser")
    if organiser is not None and "need_reply" in item:
        reply_to_needs(registration=registration, reply=item["need_reply"], by=organiser)
