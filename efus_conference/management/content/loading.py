from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from efus_conference.management.content.declarations import load_declarations
from efus_conference.management.content.demo_accounts import (
    Accounts,
    load_demo_accounts,
    write_demo_accounts,
)
from efus_conference.management.content.demo_booking import (
    load_booking_rules,
    load_seats_held_back,
    load_second_release,
    load_waiting,
)
from efus_conference.management.content.demo_consents import load_consent_texts
from efus_conference.management.content.demo_documents import load_demo_documents
from efus_conference.management.content.demo_edition import load_demo_edition, release_note
from efus_conference.management.content.demo_news import load_demo_news
from efus_conference.management.content.demo_partners import load_demo_partners
from efus_conference.management.content.demo_people import (
    load_categories,
    load_delegations,
    load_message,
    load_registrations,
)
from efus_conference.management.content.demo_questions import load_questions
from efus_conference.management.content.demo_signatures import (
    load_demo_declaration,
    load_demo_signatures,
    office_link,
)
from efus_conference.management.content.demo_speaking import load_demo_materials, speaker_link
from efus_conference.management.content.demo_stage import load_demo_ceremony
from efus_conference.management.content.editions import load_editions
from efus_conference.management.content.groups import load_groups
from efus_conference.management.content.ledger import Ledger
from efus_conference.management.content.pages import load_demo_pages, load_pages
from efus_conference.management.content.programmes import load_programmes
from efus_conference.management.content.vocabulary import load_vocabulary
from efus_conference.models import Edition
from programme.actions import release
from programme.models import Session


def load(*, with_demo: bool) -> Counter[str]:
    """Loads the content, all or nothing; says how many items were made, changed or left.

    Accounts, registrations and signatures of the demonstration are made only where the site is one
    (`settings.DEMONSTRATION`): on a real site nobody invented may log in.
    """
    has_accounts = with_demo and settings.DEMONSTRATION
    with override("en"):
        with transaction.atomic():
            ledger = Ledger()
            _load_archive(ledger)
            if with_demo:
                _load_demo(ledger)
            accounts = _load_demo_people(ledger) if has_accounts else {}
        if has_accounts:
            # Only now, so that the file never names an account that was not committed.
            with transaction.atomic():
                links = {"office": office_link(ledger, accounts), "speaker": speaker_link(ledger)}
                write_demo_accounts(ledger, accounts, links)
    return ledger.counts


def _load_archive(ledger: Ledger) -> None:
    load_groups(ledger)
    load_vocabulary(ledger)
    load_editions(ledger)
    _release(load_programmes(ledger), note=None)
    load_declarations(ledger)
    load_pages(ledger)


def _load_demo(ledger: Ledger) -> None:
    _release(load_demo_edition(ledger), note=release_note())
    load_demo_partners(ledger)
    load_demo_pages(ledger)
    load_demo_materials(ledger)
    load_demo_documents(ledger)
    load_demo_news(ledger)
    load_categories(ledger)
    load_questions(ledger)
    load_consent_texts(ledger)
    load_booking_rules(ledger)
    load_demo_declaration(ledger)


def _load_demo_people(ledger: Ledger) -> Accounts:
    accounts = load_demo_accounts(ledger)
    load_delegations(ledger, accounts)
    load_seats_held_back(ledger)
    load_registrations(ledger, accounts)
    load_waiting(ledger)
    load_second_release(ledger, accounts)
    load_message(ledger, accounts)
    load_demo_signatures(ledger, accounts)
    load_demo_ceremony(ledger, accounts)
    return accounts


def _release(sessions: Iterable[Session], note: Mapping[str, str] | None) -> None:
    """Releases the sessions made now, and no others: an organiser's unreleased drafts stay theirs."""
    by_edition: defaultdict[Edition, list[Session]] = defaultdict(list)
    for session in sessions:
        by_edition[session.edition].append(session)
    for edition, made in by_edition.items():
        release(edition=edition, by=None, sessions=made, note=note)
