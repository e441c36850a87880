"""Every public view is kept or says why not, and what is kept is the same for everyone, whoever asks Django itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from archive.models import NewsItem
from declarations import register
from declarations.actions.sealing import seal_what_changed
from declarations.log import keeper
from declarations.models import Declaration
from efus_conference.kept import known_parameters
from efus_conference.models import Edition, User
from programme.models import ReleasedSession
from programme.people import shown_speakers
from registration.models import Registration

NOT_KEPT = {
    "root": "leads to the language of who asks",
    "healthz": "says how it is now",
    "security_txt": "one small file with a date",
    "media": "for organisers",
    "programme:now": "has a clock",
    "programme:room": "a door's screen has a clock",
    "programme_machine:portrait": "a picture, from a file that is read only where it is not known already",
    "programme_machine:portrait_in_size": "a picture, as above",
    "programme_machine:material": "a file, sent in pieces",
    "archive_machine:document": "a file, sent in pieces",
    "archive_machine:document_cover": "a picture, from a file that is read only where it is not known already",
    "archive_machine:video": "a file, sent in pieces",
    "archive_machine:captions": "a small file that is read only where it is not known already",
    "archive_machine:picture": "a picture that browsers keep for ever",
    "archive:search": "of words there is no end",
    "registration:free_seats": "changes by the minute",
    "registration_machine:check": "takes codes and files",
    "registration_machine:check_certificate": "names somebody, to whoever has their certificate",
    "registration_machine:seal_certificate": "a small file that is rarely asked for",
}
# All behind these belongs to somebody: an account, or whoever was sent a secret address.
AT_THE_DESK = (
    "enter/",
    "people/",
    "walk-in/",
    "delegations/",
    "headsets/",
    "me.json",
    "list.json",
    "sync.json",
)
PERSONAL_PATHS = (
    *("admin/", "accounts/", "register/", "my/", "sign/", "speak/"),
    *(f"desk/{page}" for page in AT_THE_DESK),
)


def views() -> dict[str, Any]:
    """The site's own views by their names; those of accounts, the admin and secret addresses left out."""
    return {name: view for name, path, view in _walk(get_resolver()) if not path.startswith(PERSONAL_PATHS)}


def _walk(resolver: URLResolver, space: str = "", before: str = "") -> Iterator[tuple[str, str, Any]]:
    for pattern in resolver.url_patterns:
        path = before + str(pattern.pattern).removeprefix("en/")
        if isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}", path, pattern.callback
        else:
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern, inner, path)


def kept() -> dict[str, Any]:
    return {name: view for name, view in views().items() if known_parameters(view) is not None}


def test_every_public_view_is_kept_or_says_why_not() -> None:
    """A new view fails this: mark it `@same_for_everyone()`, or give the reason here."""
    assert views().keys() - kept().keys() == NOT_KEPT.keys()


def addresses() -> dict[str, str]:
    """One address of every kept view, in the demonstration."""
    edition = Edition.objects.get(is_current=True)
    row = ReleasedSession.objects.of(edition).exclude(appearances=[])[0]
    person = shown_speakers([row])[0]
    declaration = Declaration.objects.public().exclude(text_hash="")[0]
    signed = register.entries(declaration)[0]
    signatory = signed.organisation
    log_id = signed.signature.log_id
    arguments = {
        "home": [],
        "robots": [],
        "manifest": [],
        "sitemap": [],
        "sitemap_of": ["en"],
        "archive:accessibility": [],
        "archive:editions": [],
        "archive:countries": [],
        "archive:country": [edition.hosting.all()[0].organisation.country.lower()],
        "archive:page": [edition.slug, "travel"],
        "archive:site_page": ["legal"],
        "archive:news": [],
        "archive:news_item": [NewsItem.objects.public()[0].slug],
        "archive:press": [],
        "archive_machine:news_atom": [],
        "archive:organisation": [edition.hosting.all()[0].organisation.slug],
        "programme:session": [edition.slug, row.session.code],
        "programme:speaker": [edition.slug, person.slug],
        "programme_machine:session_card": [edition.slug, row.session.code],
        "registration:desk": [],
        "registration_machine:service_worker": [],
        "declarations:declarations": [],
        "declarations:signatory": [declaration.slug, signatory.slug],
        "declarations_machine:text": [declaration.slug, "en"],
        "declarations_machine:proof": [declaration.slug, log_id],
        "declarations_machine:verify_py": [],
        "declarations_machine:check_html": [],
    }
    return {
        name: reverse(
            name,
            args=arguments.get(name, [declaration.slug if name.startswith("decl") else edition.slug]),
        )
        for name in kept()
    }


def test_a_kept_page_is_the_same_for_an_organiser_a_participant_and_a_stranger(
    demo_db: str, tmp_path: Path
) -> None:
    """Asked of Django itself with all that a browser tells: the views keep what they promise."""
    keeper.keep(tmp_path)
    seal_what_changed(at=timezone.now())
    organiser, participant, stranger = Client(), Client(), Client()
    organiser.force_login(User.objects.filter(is_superuser=True)[0])
    participant.force_login(Registration.objects.all()[0].managed_by)
    wrong = {}
    for address in addresses().values():
        answers = [
            client.get(address, headers={"accept-language": language, "user-agent": language})
            for client, language in ((organiser, "fr"), (participant, "nl"), (stranger, "en"))
        ]
        said = {
            (
                answer.status_code,
                answer.content,
                answer.headers.get("Content-Language"),
                answer.headers.get("Cache-Control"),
                "Cookie" in answer.headers["Vary"] or bool(answer.cookies),
            )
            for answer in answers
        }
        if len(said) != 1 or [(one[0], one[3], one[4]) for one in said] != [(200, "no-cache", False)]:
            wrong[address] = [one[0] for one in said], [one[2:] for one in said]
    assert wrong == {}
