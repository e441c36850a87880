"""Runs inside a copy of the site: every page there is, filled with rows of the demonstration, and who opens it.

Prints JSON. With a situation (“closed”) the copy is put into it first, and its pages alone are told.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern, RegexPattern
from django.utils import timezone, translation

from archive.models import NewsItem, Page
from declarations import register
from declarations.models import Declaration
from efus_conference.models import Edition, User
from efus_conference.models.mails import Mail
from programme.actions import release
from programme.models import ReleasedSession, Session, Speaker
from registration.models import Category, Delegation, DeskDevice, Place, Registration
from registration.views.desk_access import KEY

PLACEHOLDER = re.compile(r"<(?:\w+:)?(\w+)>")
# Files, what scripts ask, what only leads on, and what belongs to the organisers' pages.
NO_PAGES = re.compile(
    r"^(admin|media|static|healthz|robots|sitemap|\.well-known|pictures|feeds)"
    r"|\.(json|jsonld|ics|csv|xml|pdf|png|webp|txt|atom|cer|py|xlsx)$|<str:ending>|<slug:ending>|<path:"
    r"|/(key|password_reset_key)/|check\.html$"
)
ERRORS = ("400", "403", "403_csrf", "404", "429", "500")


class Sample:
    """Rows of the demonstration to fill addresses with."""

    def __init__(self) -> None:
        self.edition = Edition.objects.get(is_demonstration=True)
        accounts = json.loads(Path(settings.DATA_DIR, "demo-accounts.json").read_text(encoding="utf-8"))
        self.users = {
            who: User.objects.get(email=accounts[who]["email"])
            for who in ("participant", "coordinator", "organiser")
        }
        self.tokens = {
            who: accounts[who]["link"].rstrip("/").rsplit("/", 1)[1] for who in ("speaker", "office")
        }
        self.released = ReleasedSession.objects.of(self.edition).exclude(appearances=[])[0]
        self.declaration = Declaration.objects.public().filter(is_demonstration=True).first()
        self.signed = register.entries(self.declaration)[0]
        self.registrations = {
            who: Registration.objects.filter(managed_by=self.users[who]).order_by("pk").first()
            for who in ("participant", "coordinator")
        }

    def value(self, name: str, field: str, who: str) -> object:
        """What stands for a field of an address; KeyError where nobody said it."""
        full, space = f"{name}.{field}", f"{name.split(':')[0]}.{field}"
        maker = VALUES.get(full) or VALUES.get(space) or VALUES[field]
        return maker(self, who)


def _registration(sample: Sample, who: str) -> Any:
    return sample.registrations.get(who) or sample.registrations["participant"]


def _delegation(sample: Sample, who: str) -> Any:
    return Delegation.objects.filter(coordinator=sample.users["coordinator"]).order_by("pk")[0]


def _place(sample: Sample, *, is_free: bool) -> Any:
    places = Place.objects.filter(delegation=_delegation(sample, "")).order_by("pk")
    taken = [place for place in places if Registration.objects.filter(place=place).exists()]
    return next(place for place in places if (place not in taken) == is_free).pk


Maker = Callable[[Sample, str], object]
VALUES: dict[str, Maker] = {
    "slug": lambda sample, who: sample.edition.slug,
    "code": lambda sample, who: sample.released.session.code,
    "room_slug": lambda sample, who: sample.edition.rooms.order_by("order")[0].slug,
    "speaker_slug": lambda sample, who: (
        Speaker.objects.shown().filter(pk__in=[one["speaker"] for one in sample.released.appearances])[0].slug
    ),
    "declarations.slug": lambda sample, who: sample.declaration.slug,
    "declarations_machine.slug": lambda sample, who: sample.declaration.slug,
    "organisation_slug": lambda sample, who: sample.signed.organisation.slug,
    "declarations_machine.token": lambda sample, who: sample.tokens["office"],
    "sign/<str:token>/.token": lambda sample, who: sample.tokens["office"],
    "speak/<str:token>.token": lambda sample, who: sample.tokens["speaker"],
    "programme_machine.token": lambda sample, who: sample.tokens["speaker"],
    "archive:organisation.slug": lambda sample, who: sample.signed.organisation.slug,
    "archive:page.edition_slug": lambda sample, who: sample.edition.slug,
    "archive:page.slug": lambda sample, who: _page(sample.edition).slug,
    "archive:site_page.slug": lambda sample, who: _page(None).slug,
    "archive:news_item.slug": lambda sample, who: NewsItem.objects.order_by("pk")[0].slug,
    "archive:country.code": lambda sample, who: "be",
    "registration.pk": lambda sample, who: _registration(sample, who).pk,
    "registration.mail_pk": lambda sample, who: _mail(_registration(sample, who)),
    "registration.part": lambda sample, who: 1,
    **{
        f"registration:{page}.code": lambda sample, who: (
            _registration(sample, who).tickets.order_by("-pk")[0].code
        )
        for page in ("ticket", "ticket_renew")
    },
    **{
        f"registration:delegation_{page}.pk": lambda sample, who: _delegation(sample, who).pk
        for page in ("agenda", "session", "more", "people")
    },
    **{
        f"registration:delegation_{page}.pk": lambda sample, who: _place(sample, is_free=False)
        for page in ("place", "replace", "give_up")
    },
    **{
        f"registration:delegation_{page}.pk": lambda sample, who: _place(sample, is_free=True)
        for page in ("name", "invite")
    },
    "registration.token": lambda sample, who: "no-such-address-that-anyone-was-given",
    "declarations_machine.receipt_code": lambda sample, who: sample.signed.signature.receipt_code,
    "registration_machine.code": lambda sample, who: "NOSUCHCODE",
    "uidb36": lambda sample, who: "1",
    "key": lambda sample, who: "no-such-key",
    "account.pk": lambda sample, who: 1,
    "pk": lambda sample, who: 1,
}


def _page(edition: Edition | None) -> Any:
    return Page.objects.filter(edition=edition).exclude(slug="").order_by("pk")[0]


def _mail(registration: Registration) -> int:
    return int(Mail.objects.filter(subject_ids__registration_id=registration.pk).order_by("pk")[0].pk)


def pages(sample: Sample) -> Iterator[dict[str, str]]:
    """Each address with who gets a page there, the least of them; `lacks` says what nobody has filled."""
    clients = {who: _client(user) for who, user in {"anyone": None, **sample.users}.items()}
    for name, route, has_language, is_regular in _walk(get_resolver().url_patterns):
        if name == "root" or NO_PAGES.search(route) or is_regular:
            continue
        told = {"name": name, "path": "", "who": "", "lacks": ""}
        for who, client in clients.items():
            try:
                filled = PLACEHOLDER.sub(lambda found: str(sample.value(name, found[1], who)), route)  # noqa: B023
            except (KeyError, IndexError, AttributeError, StopIteration) as error:
                told["lacks"] = f"{type(error).__name__}: {error}"
                continue
            path = f"/{{language}}/{filled}" if has_language else f"/{filled}"
            answer = client.get(path.format(language="en"))
            if answer.status_code == 200 and "text/html" in answer.headers.get("Content-Type", ""):
                told |= {"path": path, "who": who, "lacks": ""}
                break
            told["lacks"] = told["lacks"] or f"no page: {answer.status_code}"
        yield told


def _walk(
    patterns: Sequence[URLPattern | URLResolver],
    spaces: tuple[str, ...] = (),
    route: str = "",
    *,
    is_ours: bool = False,
) -> Iterator[tuple[str, str, bool, bool]]:
    for pattern in patterns:
        is_prefix = isinstance(pattern.pattern, LocalePrefixPattern)
        full = route if is_prefix else route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _walk(pattern.url_patterns, inner, full, is_ours=is_ours or is_prefix)
        else:
            name = ":".join([*spaces, pattern.name]) if pattern.name else full
            yield name, full, is_ours, isinstance(pattern.pattern, RegexPattern)


def _client(user: User | None) -> Client:
    """A browser of theirs; who works at the desk has entered there."""
    client = Client(HTTP_HOST="localhost")
    if user is not None:
        client.force_login(user)
    if user is not None and user.is_superuser:
        session = client.session
        edition = Edition.objects.get(is_demonstration=True)
        device = DeskDevice.objects.get_or_create(edition=edition, name="A tablet", user=user)[0]
        session[KEY] = str(device.pk)
        session.save()
    return client


def _newcomer(sample: Sample) -> None:
    """Somebody registered who has booked nothing yet, for the empty agenda."""
    user = User.objects.create_user("newcomer@demo.example", name="Newcomer")
    category = Category.objects.offered(sample.edition)[0]
    place = Place.objects.create(edition=sample.edition)
    Registration.objects.create(
        edition=sample.edition,
        category=category,
        managed_by=user,
        place=place,
        status="confirmed",
        given_name="Robin",
        family_name="Newcomer",
        email=user.email,
    )
    sample.users["newcomer"] = user


def _cancelled(sample: Sample) -> str:
    session = Session.objects.get(pk=sample.released.session_id)
    other = ReleasedSession.objects.of(sample.edition).exclude(session=session).order_by("-pk")[0].session
    other.is_cancelled = True
    other.save()
    release(edition=sample.edition, by=None)
    return str(other.code)


def situations(sample: Sample) -> list[dict[str, str]]:
    """Pages in a state that the demonstration does not have by itself."""
    cancelled = _cancelled(sample)
    told = [("a cancelled session", f"editions/{sample.edition.slug}/sessions/{cancelled}/", "anyone"),
            ("a search that finds nothing", "search/?q=nothing-has-this-word", "anyone"),
            ("a search", "search/?q=demo", "anyone"),
            ("a timetable where nothing fits", f"editions/{sample.edition.slug}/programme/?q=nothing", "anyone"),
            ("a login that failed", "accounts/login/?next=/en/my/", "anyone")]  # fmt: skip
    published = Edition.objects.published().in_order()
    told += [(f"edition {each.slug}", f"editions/{each.slug}/", "anyone") for each in published]
    _newcomer(sample)
    told.append(("an empty agenda", "my/agenda/", "newcomer"))
    told.append(("the first visit after registering", "my/", "newcomer"))
    return [
        {"name": name, "path": f"/{{language}}/{path}", "who": who, "lacks": ""} for name, path, who in told
    ]


def closed(sample: Sample) -> list[dict[str, str]]:
    """Registration is over."""
    yesterday = timezone.now() - timedelta(days=1)
    Edition.objects.filter(pk=sample.edition.pk).update(registration_closes_at=yesterday)
    Category.objects.filter(edition=sample.edition).update(closes_at=yesterday)
    told = [("registration is closed", "register/"), ("home when registration is closed", "")]
    return [
        {"name": name, "path": f"/{{language}}/{path}", "who": "anyone", "lacks": ""} for name, path in told
    ]


def errors() -> dict[str, dict[str, str]]:
    """The pages of errors by name and language."""
    rendered: dict[str, dict[str, str]] = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            request: HttpRequest = RequestFactory().get(f"/{code}/no/such/page/", HTTP_HOST="localhost")
            for name in ERRORS:
                its = None if name in ("400", "500") else request
                rendered.setdefault(name, {})[code] = render_to_string(f"{name}.html", request=its)
    return rendered


def mails() -> dict[str, str]:
    """One mail of each kind that the demonstration has sent, as a mail program shows it."""
    found: dict[str, str] = {}
    for mail in Mail.objects.order_by("-pk")[:2000]:
        html = getattr(mail, "html", "")
        if html and mail.kind not in found:
            found[mail.kind] = html
    return found


def main() -> None:
    sample = Sample()
    if sys.argv[1:] == ["closed"]:
        json.dump({"pages": closed(sample)}, sys.stdout)
        return
    listed = [*pages(sample), *situations(sample)]
    cookies = {}
    for who, user in sample.users.items():
        cookies[who] = _client(user).cookies[settings.SESSION_COOKIE_NAME].value
    json.dump({"pages": listed, "cookies": cookies, "errors": errors(), "mails": mails(),
               "languages": [code for code, _name in settings.LANGUAGES]}, sys.stdout)  # fmt: skip
