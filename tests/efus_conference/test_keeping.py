"""Pages that are the same for everyone, kept whole: what is kept, for how long, and that nobody sees a difference."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_started
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client

from efus_conference import kept
from efus_conference.keeping import KeptPages, VersionClock
from efus_conference.models import Edition
from programme.actions import release
from programme.models import ReleasedSession, Session
from tests import factories
from tests.asking import Answer, ask
from tests.factories import NINE


class Clocks:
    """Both clocks of a `VersionClock`, which stand until somebody moves them."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.moment = NINE - timedelta(days=30)

    def version_clock(self, recheck: float = 1.0) -> VersionClock:
        return VersionClock(recheck, seconds=lambda: self.seconds, moment=lambda: self.moment)


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def edition(fresh_db: str) -> Edition:
    edition = factories.edition(slug="brussels-2031")
    for title in ("Night walks", "Open streets"):
        factories.session(edition, title=title, room=factories.room(edition), speakers=(factories.speaker(),))
    release(edition=edition, by=None)
    return edition


@pytest.fixture
def pages(edition: Edition, clocks: Clocks) -> KeptPages:
    return KeptPages(WSGIHandler(), clock=clocks.version_clock())


@pytest.fixture
def times_asked() -> Iterator[list[str]]:
    """The addresses that got as far as Django."""
    asked: list[str] = []

    def note(environ: dict[str, Any], **_: Any) -> None:
        asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")

    request_started.connect(note)
    yield asked
    request_started.disconnect(note)


@contextmanager
def queries() -> Iterator[list[str]]:
    made: list[str] = []

    def note(execute: Any, sql: str, *arguments: Any) -> Any:
        made.append(sql)
        return execute(sql, *arguments)

    with connection.execute_wrapper(note):
        yield made


def code() -> str:
    return str(Session.objects.earliest("pk").code)


TIMETABLE = "/en/editions/brussels-2031/programme/"
KEPT = [
    "/en/",
    "/fr/editions/",
    TIMETABLE,
    f"{TIMETABLE}?day=2031-05-14",
    f"{TIMETABLE}?day=2031-05-14&language=en",
    f"{TIMETABLE}changes/",
    "/nl/editions/brussels-2031/speakers/",
    "/editions/brussels-2031/schedule.xml",
    "/editions/brussels-2031/schedule.json?lang=fr",
    "/editions/brussels-2031/schedule.ics",
    "/editions/brussels-2031/sessions.csv",
    "/editions/brussels-2031/changes.atom",
    "/editions/brussels-2031/card.png",
    "/robots.txt",
]
NOT_KEPT = [
    f"{TIMETABLE}?q=walks",
    f"{TIMETABLE}?q=",
    f"{TIMETABLE}?utm_source=mail",
    f"{TIMETABLE}?day=2031-05-14&utm_source=mail",
    f"{TIMETABLE}?day=2031-05-14&day=2031-05-15",
    f"{TIMETABLE}?day=banana",
    f"{TIMETABLE}?day=2031%2D05-14",
    f"{TIMETABLE}?day=+2031-05-14",
    f"{TIMETABLE}?day=%FF",
    f"{TIMETABLE}?day={'a' * 10_000}",
    f"{TIMETABLE}now/",
    "/en/editions/brussels-2031/sessions/NOSUCH/",
    "/en/editions/brussels-2031/seats/",
    "/en/editions/banana/programme/",
    "/editions/brussels-2031/schedule.json?lang=banana",
    "/en/editions/BRUSSELS-2031/programme/",
    "/en/search/",
    "/en/accounts/login/",
    "/en/my/",
    "/healthz",
    "/",
    "/\udcff".encode("utf-8", "surrogateescape").decode("latin-1"),
]


def test_a_page_is_made_once_and_answered_again_without_a_query(
    pages: KeptPages, times_asked: list[str]
) -> None:
    seen = {}
    for address in KEPT:
        times_asked.clear()
        first = ask(pages, address)
        with queries() as made:
            again = ask(pages, address)
        seen[address] = (first.status, first == again, made, len(times_asked))
    assert seen == dict.fromkeys(KEPT, ("200 OK", True, [], 1))


def test_what_has_no_end_or_no_use_is_asked_for_each_time(pages: KeptPages, times_asked: list[str]) -> None:
    seen = {}
    for address in NOT_KEPT:
        times_asked.clear()
        statuses = [ask(pages, address).status for _ in range(2)]
        seen[address] = (len(times_asked), statuses[0] == statuses[1], statuses[0] < "500")
    assert seen == dict.fromkeys(NOT_KEPT, (2, True, True))


def test_what_is_sent_to_the_site_is_never_answered_from_what_is_kept(
    pages: KeptPages, times_asked: list[str]
) -> None:
    ask(pages, TIMETABLE)
    assert ask(pages, TIMETABLE, method="POST").status == "403 Forbidden"
    assert len(times_asked) == 2


def test_a_kept_answer_has_the_headers_of_one_that_django_gave(edition: Edition, clocks: Clocks) -> None:
    """All but those of its bytes; the security headers among them."""
    pages = KeptPages(WSGIHandler(), clock=clocks.version_clock())
    of_bytes = {"etag", "vary", "content-length"}

    def headers(answer: Answer) -> dict[str, str]:
        return {name: value for name, value in answer.headers if name.lower() not in of_bytes}

    for address in [*KEPT, f"/en/editions/brussels-2031/sessions/{code()}/"]:
        ask(pages, address)
        answer, plain = ask(pages, address), ask(WSGIHandler(), address)
        assert (headers(answer), answer.sent) == (headers(plain), plain.sent)
        assert answer.header("Vary") == "Accept-Encoding"
        assert answer.header("Content-Length") == str(len(answer.sent))
        assert answer.header("Cache-Control") == "no-cache"
    assert "default-src 'self'" in answer.header("Content-Security-Policy")
    assert answer.header("X-Frame-Options") == "DENY"


def test_everybody_gets_the_same_bytes_and_no_cookie(pages: KeptPages, clocks: Clocks) -> None:
    participant = factories.registration(Edition.objects.get()).managed_by
    readers = [factories.user(is_staff=True, is_superuser=True), participant, None]
    for first in readers:  # whoever it is that a page is made for
        clocks.seconds += 1
        factories.organisation()
        answers = []
        for reader in [first, *readers]:
            client = Client()
            if reader:
                client.force_login(reader)
            answers.append(
                ask(
                    pages,
                    TIMETABLE,
                    HTTP_COOKIE=client.cookies.output(header="", sep=";").strip(),
                    HTTP_ACCEPT_LANGUAGE="nl" if reader else "fr",
                )
            )
        assert len(set(answers)) == 1
        assert answers[0].header("Set-Cookie") == ""


def test_nothing_of_the_reader_reaches_the_view(edition: Edition, clocks: Clocks) -> None:
    seen: list[dict[str, Any]] = []
    django = WSGIHandler()

    def looking_on(environ: dict[str, Any], start_response: Any) -> Any:
        seen.append(environ)
        return django(environ, start_response)

    said = {
        "HTTP_COOKIE": "sessionid=abc",
        "HTTP_ACCEPT_LANGUAGE": "fr",
        "HTTP_AUTHORIZATION": "Basic YTpi",
        "HTTP_X_FORWARDED_FOR": "192.0.2.7",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_IF_NONE_MATCH": '"abc"',
        "HTTP_RANGE": "bytes=0-1",
        "HTTP_USER_AGENT": "Mozilla",
    }
    pages = KeptPages(looking_on, clock=clocks.version_clock())
    assert ask(pages, TIMETABLE, **said).status == "200 OK"
    assert [name for name in seen[0] if name.startswith(("HTTP_", "REMOTE_"))] == ["HTTP_HOST"]


def test_a_header_that_no_proxy_of_ours_sent_makes_no_second_page(
    pages: KeptPages, times_asked: list[str], settings: Any
) -> None:
    for scheme in ("http", "https", "banana"):
        ask(pages, TIMETABLE, HTTP_X_FORWARDED_PROTO=scheme)
    assert len(times_asked) == 1
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for scheme in ("http", "https", "banana"):
        ask(pages, TIMETABLE, HTTP_X_FORWARDED_PROTO=scheme)
    assert len(times_asked) == 2  # banana is http, as Django reads it


def test_a_head_request_has_the_headers_and_no_bytes(pages: KeptPages, times_asked: list[str]) -> None:
    first, page = ask(pages, TIMETABLE, method="HEAD"), ask(pages, TIMETABLE)
    assert (first.status, first.headers, first.sent) == (page.status, page.headers, b"")
    assert ask(pages, TIMETABLE, method="HEAD") == first
    assert times_asked == [f"GET {TIMETABLE}"]
    missing = ask(pages, "/en/editions/banana/programme/", method="HEAD")
    assert (missing.status, missing.sent) == ("404 Not Found", b"")


@pytest.mark.parametrize("address", [TIMETABLE, "/editions/brussels-2031/schedule.json"])
def test_every_encoding_says_the_same(pages: KeptPages, address: str) -> None:
    plain = ask(pages, address)
    for accepted, encoding in {
        "br": "br",
        "gzip": "gzip",
        "gzip, deflate, br": "br",
        "gzip;q=1.0, br; q=0": "gzip",
        "GZIP": "gzip",
        "identity": "",
        "deflate, zstd": "",
        "gzip;q=0": "",
    }.items():
        answer = ask(pages, address, HTTP_ACCEPT_ENCODING=accepted)
        assert (answer.header("Content-Encoding"), answer.content) == (encoding, plain.content)
        assert answer.header("Content-Length") == str(len(answer.sent))
        assert not encoding or len(answer.sent) < len(plain.sent) / 2


def test_a_picture_is_not_compressed(pages: KeptPages) -> None:
    answer = ask(pages, "/editions/brussels-2031/card.png", HTTP_ACCEPT_ENCODING="br, gzip")
    assert (answer.header("Content-Encoding"), answer.sent[:4]) == ("", b"\x89PNG")


def test_who_has_a_page_in_an_encoding_is_told_that_it_still_stands(
    pages: KeptPages, clocks: Clocks, edition: Edition
) -> None:
    etags = set()
    for accepted in ("br", "gzip", ""):
        page = ask(pages, TIMETABLE, HTTP_ACCEPT_ENCODING=accepted)
        etags.add(page.header("ETag"))
        for named in (page.header("ETag"), f"W/{page.header('ETag')}", f'"x", {page.header("ETag")}', "*"):
            short = ask(pages, TIMETABLE, HTTP_ACCEPT_ENCODING=accepted, HTTP_IF_NONE_MATCH=named)
            assert (short.status, short.sent) == ("304 Not Modified", b"")
            for name in ("ETag", "Vary", "Cache-Control", "Content-Security-Policy"):
                assert short.header(name) == page.header(name)
            assert short.header("Content-Length") == short.header("Content-Encoding") == ""
        other = ask(pages, TIMETABLE, HTTP_ACCEPT_ENCODING="", HTTP_IF_NONE_MATCH='"banana"')
        assert other.status == "200 OK"
    assert len(etags) == 3
    Session.objects.update(title_en="Another")
    release(edition=edition, by=None)
    clocks.seconds += 1
    for etag in etags:
        assert ask(pages, TIMETABLE, HTTP_IF_NONE_MATCH=etag).status == "200 OK"


def test_what_was_not_asked_for_longest_is_forgotten_when_there_is_no_room(
    edition: Edition, clocks: Clocks, times_asked: list[str]
) -> None:
    size = len(ask(WSGIHandler(), "/en/editions/").sent)
    pages = KeptPages(WSGIHandler(), clock=clocks.version_clock(), most_bytes=5 * size + 12_000)
    times_asked.clear()
    for language in ("en", "fr", "en", "nl", "en", "nl"):
        ask(pages, f"/{language}/editions/", HTTP_ACCEPT_ENCODING="br")
    assert times_asked == ["GET /en/editions/", "GET /fr/editions/", "GET /nl/editions/"]
    ask(pages, "/fr/editions/")
    assert times_asked[3:] == ["GET /fr/editions/"]
    small = KeptPages(WSGIHandler(), clock=clocks.version_clock(), most_bytes=100)
    assert ask(small, "/en/editions/") == ask(small, "/en/editions/")
    assert len(times_asked) == 6


def test_many_who_come_at_once_have_a_page_made_once(pages: KeptPages, times_asked: list[str]) -> None:
    readers = 8
    here = Barrier(readers + 1)

    def read(_number: int) -> Answer:
        try:
            here.wait(timeout=30)
            return ask(pages, TIMETABLE)
        finally:
            connections.close_all()

    ask(pages, "/robots.txt")
    times_asked.clear()
    with ThreadPoolExecutor(readers) as threads:
        with transaction.atomic(), connection.cursor() as cursor:
            # Whoever makes the page waits here, so that the others come before it is there.
            cursor.execute(f"LOCK TABLE {ReleasedSession._meta.db_table} IN ACCESS EXCLUSIVE MODE")
            answers = [threads.submit(read, number) for number in range(readers)]
            here.wait(timeout=30)
            is_waiting = False
            while not is_waiting:
                cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
                [is_waiting] = cursor.fetchone()
        assert len({answer.result(timeout=30) for answer in answers}) == 1
    assert len(times_asked) == 1


# --- the version ---------------------------------------------------------------------------------------


def test_what_is_public_is_shown_after_a_second_at_most(
    pages: KeptPages, clocks: Clocks, edition: Edition
) -> None:
    assert b"Night walks" in ask(pages, TIMETABLE).content
    Session.objects.filter(title_en="Night walks").update(title_en="Day walks")
    clocks.seconds += 1
    assert b"Night walks" in ask(pages, TIMETABLE).content  # a draft
    release(edition=edition, by=None)
    clocks.seconds += 0.9
    assert b"Night walks" in ask(pages, TIMETABLE).content
    clocks.seconds += 0.1
    assert b"Night walks" not in ask(pages, TIMETABLE).content
    assert b"Day walks" in ask(pages, TIMETABLE).content


def test_the_version_is_read_in_one_query_once_a_second(edition: Edition, clocks: Clocks) -> None:
    clock = clocks.version_clock()
    with queries() as made:
        first = clock.version()
        assert (
            len(made) == 6
        )  # it, the turning points, and the moments of pages, news, sessions and categories
        made.clear()
        clocks.seconds += 0.99
        assert (clock.version(), made) == (first, [])
        clocks.seconds += 0.01
        assert (clock.version(), len(made)) == (first, 1)
        factories.organisation()
        made.clear()
        clocks.seconds += 1
        assert (clock.version().number, len(made)) == (first.number + 1, 7)


def test_a_phase_that_begins_makes_new_pages(
    pages: KeptPages, clocks: Clocks, edition: Edition, times_asked: list[str]
) -> None:
    points = sorted(edition.turning_points())
    assert points == sorted(
        [
            edition.registration_opens_at,
            datetime.combine(edition.starts_on, datetime.min.time(), edition.zone),  # type: ignore[arg-type]
            edition.registration_closes_at,
            datetime.combine(edition.ends_on + timedelta(days=1), datetime.min.time(), edition.zone),  # type: ignore[operator]
        ]
    )
    for point in points:
        clocks.moment = point - timedelta(microseconds=1)
        ask(pages, TIMETABLE)
        before = edition.phase(clocks.moment)
        times_asked.clear()
        ask(pages, TIMETABLE)
        assert times_asked == []
        clocks.moment = point
        ask(pages, TIMETABLE)
        assert (point, len(times_asked)) == (point, 1)
        assert edition.phase(point) != before or point == edition.registration_closes_at


@pytest.mark.parametrize("days", [{}, {"starts_on": None, "ends_on": None}])
def test_the_phase_changes_at_no_other_moment(days: dict[str, None]) -> None:
    edition = Edition(
        number=1,
        year=2031,
        **{
            "starts_on": NINE.date(),
            "ends_on": NINE.date(),
            "registration_opens_at": NINE - timedelta(days=50),
            "registration_closes_at": NINE - timedelta(days=3),
            **days,
        },
    )
    points, hour = edition.turning_points(), timedelta(hours=1)
    moment, phase = NINE - timedelta(days=60), edition.phase(NINE - timedelta(days=60))
    for _ in range(24 * 300):
        following = edition.phase(moment + hour)
        if following != phase:
            assert any(moment < point <= moment + hour for point in points)
        moment, phase = moment + hour, following


def test_an_edition_that_moves_moves_its_turning_points(pages: KeptPages, edition: Edition) -> None:
    number, before = kept.read_public_version()
    closes_at = NINE + timedelta(minutes=17)
    Edition.objects.update(ends_on=NINE.date(), registration_closes_at=closes_at)
    following, after = kept.read_public_version()
    assert (following, closes_at in before, closes_at in after) == (number + 1, False, True)


def test_a_database_that_does_not_answer_is_left_to_django(pages: KeptPages, clocks: Clocks) -> None:
    kept_one = ask(pages, "/robots.txt")
    clocks.seconds += 1
    connection.close()
    right = connection.settings_dict["PORT"]
    connection.settings_dict["PORT"] = 1
    try:
        assert ask(pages, "/robots.txt").content == kept_one.content
        assert ask(pages, "/healthz").status == "503 Service Unavailable"
    finally:
        connection.close()
        connection.settings_dict["PORT"] = right
    clocks.seconds += 1
    assert ask(pages, "/robots.txt") == kept_one


def test_a_database_that_did_not_answer_is_not_asked_by_each_who_waits(
    edition: Edition, clocks: Clocks
) -> None:
    clock = clocks.version_clock()
    connection.close()
    right = connection.settings_dict["PORT"]
    connection.settings_dict["PORT"] = 1
    try:
        with pytest.raises(DatabaseError):
            clock.version()
    finally:
        connection.close()
        connection.settings_dict["PORT"] = right
    with pytest.raises(DatabaseError, match="a moment ago"):
        clock.version()
    clocks.seconds += 1
    assert clock.version() == kept.public_version(at=clocks.moment)
