"""What devices did offline, delivered: nobody lost, nobody twice, whatever is sent."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from efus_conference.models import Edition
from programme.actions import release
from registration import actions
from registration.actions.desk import NewLink
from registration.actions.erasures import erase_registration
from registration.desk.hashes import hash_of
from registration.desk.people import keys
from registration.models import CheckIn, DeskAlert, DeskLink, Registration, RegistrationEvent, Ticket
from registration.views.desk_access import KEY
from tests import factories
from tests.registration.desking import (
    PASSPHRASE,
    alerts,
    device_of,
    minutes_ago,
    new_link,
    organiser,
    organising,
    results,
    seen,
    send,
    sync,
    there,
    today,
    volunteer,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return factories.edition_of_today()


@pytest.fixture
def anna(edition: Edition) -> Registration:
    return factories.registration(
        edition, given_name="Anna", family_name="Ångström", organisation_name="Efus"
    )


def opened(client: Client, passphrase: str = PASSPHRASE) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(
        send(client, "/desk/list.json?lang=en", {"passphrase": passphrase}).content
    )
    return told


def with_passphrase(edition: Edition) -> Edition:
    actions.set_passphrase(edition=edition, passphrase=PASSPHRASE, by=organiser())
    return edition


def entered(client: Client, link: NewLink) -> Client:
    """In a browser of its own session, by the page of the link."""
    answer = client.post(
        f"/en/desk/enter/{link.token}/", {"pin": link.pin, "name": "telephone"}, follow=False
    )
    assert answer.status_code == 302
    return client


# --- two devices, and the same again -------------------------------------------------------------------


def test_of_two_devices_that_saw_one_person_the_earlier_moment_stays(
    edition: Edition, anna: Registration
) -> None:
    first, second = volunteer(edition, "A"), volunteer(edition, "B")
    later, earlier = minutes_ago(5), minutes_ago(9)

    answers = [results(sync(first, seen(anna, later))), results(sync(second, seen(anna, earlier)))]

    assert answers == [["new"], ["already"]]
    [row] = CheckIn.objects.all()
    assert abs(row.at - earlier) < timedelta(seconds=5)
    # Who made it may take it back, not whoever sends an earlier moment.
    assert [row.device, row.by] == [device_of(first), None]


def test_a_volunteer_takes_back_nothing_by_having_seen_the_person_earlier(
    edition: Edition, anna: Registration
) -> None:
    by = organiser()
    theirs, client = seen(anna), volunteer(edition)
    sync(organising(edition, by=by), theirs)

    sync(client, seen(anna, minutes_ago(5)))
    sync(client, undone=[{"id": theirs["id"], "at": theirs["at"]}])

    assert [(row.by, row.undone_at) for row in CheckIn.objects.all()] == [(by, None)]


def test_a_later_moment_changes_nothing(edition: Edition, anna: Registration) -> None:
    first, second = volunteer(edition, "A"), volunteer(edition, "B")

    sync(first, seen(anna, minutes_ago(9)))
    sync(second, seen(anna, minutes_ago(5)))

    assert [row.device for row in CheckIn.objects.all()] == [device_of(first)]


def test_the_same_batch_twice_checks_in_once(edition: Edition, anna: Registration) -> None:
    ben = factories.registration(edition)
    client, batch = volunteer(edition), [seen(anna), seen(ben), seen(anna)]

    answers = [results(sync(client, *batch)) for _time in range(2)]

    assert answers == [["new", "new", "already"], ["already"] * 3]
    assert there() == [(anna.pk, None), (ben.pk, None)]


def test_half_a_batch_that_is_refused_holds_up_nobody(edition: Edition, anna: Registration) -> None:
    gone = factories.registration(edition, status="cancelled", cancelled_at=timezone.now())
    waiting = factories.registration(edition, status="submitted")
    elsewhere = factories.registration(factories.edition(is_current=False))
    ben = factories.registration(edition)
    batch = [
        seen(gone),
        seen(anna),
        seen(waiting),
        seen(elsewhere, hash=None),
        seen(anna, ref=2**62),
        seen(anna, hash="0" * 32),
        seen(anna, scope="ZZZZZZ"),
        seen(ben, minutes_ago(3 * 24 * 60)),
        seen(ben),
    ]

    answer = sync(volunteer(edition), *batch)

    expected = [
        "not_confirmed",
        "new",
        "not_confirmed",
        "unknown",
        "unknown",
        "unknown",
        "refused",
        "refused",
    ]
    told = json.loads(answer.content)["results"]
    assert [told[sent["id"]] for sent in batch] == [*expected, "new"]
    assert there() == [(anna.pk, None), (ben.pk, None)]
    assert alerts() == ["not_confirmed", "not_confirmed", "refused", "refused", "unknown", "unknown"]
    refused = DeskAlert.objects.filter(kind="refused").order_by("registration_id")
    assert [alert.registration for alert in refused] == [anna, ben]


def test_a_person_is_seen_once_at_the_entrance_and_once_in_each_session(
    edition: Edition, anna: Registration
) -> None:
    one, other = (factories.session(edition, code=code) for code in ("AAAAAA", "BBBBBB"))
    batch = [
        seen(anna, scope=scope, hash=None, how="name") for scope in ("day", one.code, other.code, "aaaaaa")
    ]

    answer = sync(volunteer(edition), *batch)

    assert results(answer) == ["new", "new", "new", "already"]
    assert there() == [(anna.pk, "AAAAAA"), (anna.pk, "BBBBBB"), (anna.pk, None)]


# --- taken back ----------------------------------------------------------------------------------------


def test_what_is_taken_back_stands_no_more_and_may_be_done_again(
    edition: Edition, anna: Registration
) -> None:
    client, mistake = volunteer(edition), seen(anna)
    sync(client, mistake)

    sync(client, undone=[{"id": mistake["id"], "at": timezone.now().isoformat()}])
    taken_back = there()
    answers = [results(sync(client, mistake)), results(sync(client, seen(anna)))]

    assert [taken_back, answers, there()] == [[], [["already"], ["new"]], [(anna.pk, None)]]
    assert RegistrationEvent.objects.filter(verb="unchecked").count() == 1


def test_a_volunteer_takes_back_what_their_own_link_did_and_an_organiser_all(
    edition: Edition, anna: Registration
) -> None:
    link, sent = new_link(edition), seen(anna)
    undo = {"undone": [{"id": sent["id"], "at": timezone.now().isoformat()}]}
    sync(volunteer(edition, "A", link), sent)

    sync(volunteer(edition, "B"), **undo)
    by_another_link = there()
    CheckIn.objects.update(device=None)
    sync(organising(edition), **undo)

    assert [by_another_link, there()] == [[(anna.pk, None)], []]


def test_a_check_in_and_its_undo_in_one_delivery_leave_nobody_in(
    edition: Edition, anna: Registration
) -> None:
    client, sent = volunteer(edition), seen(anna)
    undo = {"undone": [{"id": sent["id"], "at": sent["at"]}]}

    answers = [results(sync(client, sent, **undo)) for _time in range(2)]

    assert [answers, there(), CheckIn.objects.count()] == [[["new"], ["already"]], [], 1]


def test_who_was_taken_back_and_came_again_is_in(edition: Edition, anna: Registration) -> None:
    client, first, mistake, again = volunteer(edition), seen(anna), seen(anna), seen(anna)
    sync(client, first)

    answer = sync(
        client,
        mistake,
        again,
        undone=[{"id": one["id"], "at": one["at"]} for one in (first, mistake)],
    )

    assert [results(answer), there()] == [["new", "new", "undone"], [(anna.pk, None)]]


def test_it_is_told_what_became_of_what_was_taken_back_and_who_is_in_all_the_same(
    edition: Edition, anna: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registration.desk.people.OVERLAP", timedelta(0))
    with_passphrase(edition)
    ben, cleo = factories.registration(edition), factories.registration(edition)
    client, other = volunteer(edition, "A"), volunteer(edition, "B")
    theirs, mine, second = seen(anna), seen(ben), seen(anna)
    sync(other, theirs, seen(cleo))
    sync(client, mine, second)
    cursor = opened(client)["cursor"]
    undone = [
        {"id": mine["id"], "ref": ben.pk, "at": mine["at"]},
        {"id": theirs["id"], "ref": anna.pk, "at": mine["at"]},
        {"id": second["id"], "ref": anna.pk, "at": mine["at"]},
    ]

    first, again = (sync(client, undone=undone, cursor=cursor).json() for _time in range(2))

    assert [list(told["results"].values()) for told in (first, again)] == [
        ["undone", "refused", "refused"],
        ["already", "refused", "refused"],
    ]
    day = today(edition).isoformat()
    for told in (first, again):
        assert [row[:2] for row in told["changes"]["checked"]] == [[anna.pk, day]]
        assert told["changes"]["unchecked"] == [[ben.pk, day]]
    assert there() == [(anna.pk, None), (cleo.pk, None)]


def test_who_was_in_already_is_told_to_the_device_that_took_its_own_check_in_back(
    edition: Edition, anna: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registration.desk.people.OVERLAP", timedelta(0))
    with_passphrase(edition)
    client, mistake = volunteer(edition), seen(anna)
    sync(volunteer(edition), seen(anna))
    cursor = opened(client)["cursor"]

    told = sync(client, mistake, undone=[{"id": mistake["id"], "at": mistake["at"]}], cursor=cursor).json()

    assert told["results"] == {mistake["id"]: "new"}
    assert [row[0] for row in told["changes"]["checked"]] == [anna.pk]


# --- clocks and days -----------------------------------------------------------------------------------


@pytest.mark.parametrize("hours", [-1, 1])
def test_the_moments_of_a_device_whose_clock_is_off_are_put_right(
    edition: Edition, anna: Registration, hours: int
) -> None:
    off, seen_at = timedelta(hours=hours), minutes_ago(10)
    client = volunteer(edition)

    for _time in range(2):
        sync(client, seen(anna, seen_at + off), now=(timezone.now() + off).isoformat())

    assert abs(CheckIn.objects.get().at - seen_at) < timedelta(seconds=10)
    assert alerts() == ["clock"]  # one, however often it sends


def test_nobody_comes_in_the_future(edition: Edition, anna: Registration) -> None:
    sync(volunteer(edition), seen(anna, timezone.now() + timedelta(minutes=30)))

    assert CheckIn.objects.get().at <= timezone.now()


def test_a_link_used_the_next_day_shows_nothing_and_its_outbox_is_taken(anna: Registration) -> None:
    edition = anna.edition
    client = volunteer(edition)
    with_passphrase(edition)
    known = opened(client)["cursor"]
    the_day_before = timedelta(days=1)
    edition.starts_on -= the_day_before  # type: ignore[operator]
    edition.save()
    DeskLink.objects.update(day=edition.starts_on)
    ben = factories.registration(edition)

    me = client.get("/desk/me.json")
    people = send(client, "/desk/list.json", {"passphrase": PASSPHRASE})
    answer = sync(client, seen(anna, timezone.now() - the_day_before, hash=None), seen(ben), cursor=known)

    assert [me.status_code, people.status_code, me.json()["error"]] == [401, 401, "closed"]
    assert "csrf" in me.json()  # for delivering the rest
    told = answer.json()
    assert [list(told["results"].values()), told["open"], told["cursor"]] == [["new", "refused"], False, None]
    assert "changes" not in told
    assert there() == [(anna.pk, None)]


def test_a_telephone_that_enters_by_the_next_day_s_link_still_delivers_the_day_before(
    anna: Registration,
) -> None:
    edition, day = anna.edition, timedelta(days=1)
    edition.starts_on -= day  # type: ignore[operator]
    edition.save()
    ben, cleo, dora = (factories.registration(edition) for _number in range(3))
    before = new_link(edition, day=edition.starts_on)
    DeskLink.objects.update(day=today(edition))  # as it was when the telephone entered
    client = entered(Client(), before)
    first = client.session[KEY]
    DeskLink.objects.update(day=edition.starts_on)
    entered(client, new_link(edition))
    yesterday, second = timezone.now() - day, client.session[KEY]

    answer = sync(
        client,
        seen(anna, yesterday, hash=None, device=first),
        seen(ben, device=second),
        seen(cleo, device=first),  # yesterday's link lets nobody in today
        seen(dora, yesterday, hash=None, device=second),
    )

    assert [results(answer), answer.json()["open"]] == [["new", "new", "refused", "refused"], True]
    told = CheckIn.objects.order_by("registration_id").values_list("registration_id", "device_id")
    assert [(ref, str(device)) for ref, device in told] == [(anna.pk, first), (ben.pk, second)]
    # Nobody who was let in is forgotten without a word.
    refused = DeskAlert.objects.filter(kind="refused").order_by("registration_id")
    assert [(alert.registration_id, str(alert.device_id)) for alert in refused] == [
        (cleo.pk, first),
        (dora.pk, second),
    ]


def test_what_an_organiser_s_device_did_is_taken_back_by_nobody_else_in_its_name(
    edition: Edition, anna: Registration
) -> None:
    """A device that was never opened in this browser is no name to act under."""
    another, client = organising(edition), volunteer(edition)

    sync(client, seen(anna, device=str(device_of(another).pk)))

    assert [(row.device, row.by) for row in CheckIn.objects.all()] == [(device_of(client), None)]


def test_a_volunteer_s_check_in_stays_one_after_an_organiser_enters_in_the_same_browser(
    edition: Edition, anna: Registration
) -> None:
    by = organiser()
    client = Client()
    client.force_login(by)
    entered(client, new_link(edition))
    volunteers = client.session[KEY]
    client.post("/en/desk/enter/", {"name": "tablet"})
    ben = factories.registration(edition)

    sync(client, seen(anna, device=volunteers), seen(ben, device=client.session[KEY]))

    told = CheckIn.objects.order_by("registration_id").values_list("registration_id", "device__name", "by")
    assert list(told) == [(anna.pk, "telephone", None), (ben.pk, "tablet", by.pk)]


def test_a_device_that_sends_after_the_edition_is_heard_and_flagged(anna: Registration) -> None:
    edition, back = anna.edition, timedelta(days=3)
    volunteering, organisers = volunteer(edition), organising(edition)
    edition.starts_on -= back  # type: ignore[operator]
    edition.ends_on -= back  # type: ignore[operator]
    edition.save()
    DeskLink.objects.update(day=edition.starts_on)
    ben = factories.registration(edition)

    answers = [
        sync(client, seen(person, timezone.now() - back, hash=None)).json()
        for client, person in ((volunteering, anna), (organisers, ben), (organisers, ben))
    ]

    assert [(list(one["results"].values()), one["open"]) for one in answers] == [
        (["new"], False),
        (["new"], False),
        (["already"], False),
    ]
    assert alerts() == ["late", "late"]  # one of each device


def test_a_device_delivers_what_it_did_before_its_link_was_revoked(
    edition: Edition, anna: Registration
) -> None:
    link = new_link(edition)
    client = volunteer(edition, "A", link)
    ben = factories.registration(edition)
    actions.revoke_desk_link(link=link.link)
    DeskLink.objects.update(revoked_at=minutes_ago(10))

    answer = sync(client, seen(anna, minutes_ago(20)), seen(ben, minutes_ago(5)))

    assert [results(answer), answer.json()["open"]] == [["new", "refused"], False]


def test_a_closed_device_takes_nothing_back_and_what_it_brings_is_told_each_time(
    edition: Edition, anna: Registration
) -> None:
    link = new_link(edition)
    client, sent = volunteer(edition, "A", link), seen(anna, minutes_ago(30))
    ben, cleo = factories.registration(edition), factories.registration(edition)
    sync(client, sent)
    DeskLink.objects.update(revoked_at=minutes_ago(10))

    undo = {"undone": [{"id": sent["id"], "at": timezone.now().isoformat()}]}
    answers = [results(sync(client, seen(person, minutes_ago(20)), **undo)) for person in (ben, cleo)]

    assert answers == [["new", "refused"]] * 2
    assert there() == [(person.pk, None) for person in (anna, ben, cleo)]
    assert alerts() == ["late", "late"]


def test_no_device_keeps_an_alert_away_by_its_id(edition: Edition, anna: Registration) -> None:
    client = volunteer(edition)
    device = device_of(client)
    fake = {"id": str(uuid.uuid5(device.pk, "clock")), "kind": "unknown", "hash": None, "scope": "day"}

    sync(client, alerts=[{**fake, "at": "2001-01-01T00:00:00+00:00"}])
    sync(client, now=(timezone.now() - timedelta(hours=1)).isoformat())

    assert alerts() == ["clock", "unknown"]
    assert all(alert.at >= device.opened_at for alert in DeskAlert.objects.all())


def test_the_id_of_another_s_check_in_checks_nobody_in(edition: Edition, anna: Registration) -> None:
    ben, client, first = factories.registration(edition), volunteer(edition), seen(anna)
    sync(client, first)

    assert [results(sync(client, seen(ben, id=first["id"]))), there()] == [["refused"], [(anna.pk, None)]]


def test_nobody_checks_in_on_a_day_that_is_none_of_the_edition(anna: Registration) -> None:
    edition = anna.edition
    client = organising(edition)
    edition.starts_on = edition.ends_on = today(edition) + timedelta(days=5)
    edition.save()

    real = results(sync(client, seen(anna)))
    edition.is_demonstration = True
    edition.save()

    assert [real, results(sync(client, seen(anna)))] == [["refused"], ["new"]]


def test_the_desk_of_a_demonstration_stays_open_after_its_days(anna: Registration) -> None:
    edition, by = anna.edition, organiser()
    client = organising(edition, by=by)
    edition.starts_on = edition.ends_on = today(edition) - timedelta(days=5)
    edition.save()

    real = client.get("/desk/me.json").status_code
    edition.is_demonstration = True
    edition.save()
    me = client.get("/desk/me.json")
    entered = client.post("/en/desk/enter/", {"name": "tablet"})

    assert [real, me.status_code, entered.status_code] == [401, 200, 302]
    assert datetime.fromisoformat(me.json()["edition"]["ends_at"]) > timezone.now()
    assert [results(sync(client, seen(anna))), alerts()] == [["new"], []]


# --- codes ---------------------------------------------------------------------------------------------


def test_a_void_code_lets_nobody_in_and_is_flagged(edition: Edition, anna: Registration) -> None:
    old = actions.ticket_for(anna)
    Ticket.objects.filter(pk=old.pk).update(voided_at=minutes_ago(30), voided_why="reprinted")
    client = volunteer(edition)
    shown = seen(anna, hash=hash_of(old.code))

    answers = [results(sync(client, shown)) for _time in range(2)]
    before = results(sync(client, seen(anna, minutes_ago(40), hash=hash_of(old.code))))

    assert [answers, before] == [[["refused"], ["refused"]], ["new"]]
    assert [(alert.kind, alert.ticket, alert.registration) for alert in DeskAlert.objects.all()] == [
        ("void", old, anna)
    ]


def test_alerts_of_a_device_name_what_was_shown_as_far_as_it_is_known(
    edition: Edition, anna: Registration
) -> None:
    client, code = volunteer(edition), hash_of(actions.ticket_for(anna).code)
    sent = [
        {
            "id": str(uuid.uuid4()),
            "kind": kind,
            "hash": shown,
            "scope": "day",
            "at": timezone.now().isoformat(),
        }
        for kind, shown in (("forged", None), ("void", code), ("unknown", "f" * 32))
    ]

    for _time in range(2):
        sync(client, alerts=sent)

    told = DeskAlert.objects.order_by("kind").values_list("kind", "registration_id", "device__name")
    assert list(told) == [
        ("forged", None, "telephone 1"),
        ("unknown", None, "telephone 1"),
        ("void", anna.pk, "telephone 1"),
    ]


# --- the list ------------------------------------------------------------------------------------------


def test_who_is_at_the_device_is_told(edition: Edition) -> None:
    told = [client.get("/desk/me.json").json() for client in (volunteer(edition), organising(edition))]

    assert [(one["role"], one["device"]["name"]) for one in told] == [
        ("volunteer", "telephone 1"),
        ("organiser", "tablet"),
    ]
    assert told[0]["edition"] == {
        "number": edition.number,
        "name": edition.name,
        "timezone": edition.timezone,
        "days": [today(edition).isoformat()],
        "ends_at": told[0]["until"],
    }
    assert [one["until"] is None for one in told] == [False, True]
    nobody = Client().get("/desk/me.json")
    assert [nobody.status_code, nobody.json()["error"], nobody["Cache-Control"]] == [
        401,
        "closed",
        "no-store",
    ]


def test_the_list_tells_what_a_device_needs_to_go_on_alone(edition: Edition) -> None:
    with_passphrase(edition)
    city = factories.organisation(name="Liège")
    delegation = edition.delegations.create(organisation=city)
    place = edition.places.create(delegation=delegation)
    category = factories.category(edition, name="elected official")
    anna = factories.registration(
        edition,
        place=place,
        category=category,
        given_name="Anna",
        family_name="Ångström",
        organisation=city,
        organisation_name="Ville de Liège",
    )
    companion = factories.registration(
        edition,
        place=edition.places.create(accompanies=place, companion_kind="interpreter"),
        category=category,
        given_name="Ben",
        family_name="Brel",
        organisation_name="Ben’s",
    )
    factories.registration(edition, status="submitted")
    session = factories.session(
        edition, code="AAAAAA", title="Nights", starts_at=timezone.now() + timedelta(hours=1)
    )
    factories.pool(session)
    for code, title in (("BBBBBB", "Open to all"), ("CCCCCC", "Nobody has a seat yet")):
        later = timezone.now() + timedelta(hours=2)
        other = factories.session(edition, code=code, title=title, starts_at=later)
    factories.pool(other)
    release(edition=edition, by=None)
    actions.book_seat(place=place, session=session, by=organiser())
    gone = factories.registration(edition)
    void = actions.ticket_for(gone)
    actions.cancel_registration(registration=gone, by=gone.managed_by)
    client = volunteer(edition)
    sync(client, seen(anna))

    told = opened(client)

    codes = {row.pk: Ticket.objects.standing().get(registration=row).code for row in (anna, companion)}
    assert told["people"] == [
        {
            "ref": anna.pk,
            "name": "Anna Ångström",
            "organisation": "Liège",
            "category": "elected official",
            "delegation": "Liège",
            "hash": hash_of(codes[anna.pk]),
            "seats": ["AAAAAA"],
            "photo": False,
        },
        {
            "ref": companion.pk,
            "name": "Ben Brel",
            "organisation": "Ben’s",
            "category": "elected official",
            "delegation": "Liège",
            "hash": hash_of(codes[companion.pk]),
            "seats": ["AAAAAA"],
            "photo": False,
        },
    ]
    assert told["void"] == {hash_of(void.code): "cancelled"}
    assert [(row["code"], row["title"], row["room"], row["seats"]) for row in told["sessions"]] == [
        ("AAAAAA", "Nights", "", True),
        ("BBBBBB", "Open to all", "", False),
        ("CCCCCC", "Nobody has a seat yet", "", True),
    ]
    assert [row[:2] for row in told["checked"]] == [[anna.pk, today(edition).isoformat()]]
    assert {"now", "cursor", "keys"} < told.keys()
    assert not any(code in json.dumps(told) for code in codes.values())


def test_a_wrong_passphrase_is_refused_and_limited(edition: Edition) -> None:
    client, other = volunteer(edition), volunteer(edition)
    before = opened(client)["error"]
    with_passphrase(edition)

    wrong = [opened(client, "not it at all, no")["error"] for _time in range(11)]

    assert [before, wrong] == ["no_passphrase", ["passphrase"] * 10 + ["limited"]]
    assert opened(client)["error"] == "limited"  # also the right one, for an hour
    assert "people" in opened(other)


def test_an_accent_is_the_same_however_a_keyboard_writes_it(edition: Edition) -> None:
    actions.set_passphrase(edition=edition, passphrase="e\u0301te\u0301 pluvieux", by=organiser())

    told = [opened(volunteer(edition), words) for words in ("été pluvieux", "e\u0301te\u0301 pluvieux")]

    assert ["people" in one for one in told] == [True, True]


def test_changes_reach_an_open_device_and_only_with_the_cursor_of_an_opened_list(
    edition: Edition, anna: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registration.desk.people.OVERLAP", timedelta(0))
    with_passphrase(edition)
    ben = factories.registration(edition)
    client, other = volunteer(edition), volunteer(edition)
    cursor = opened(client)["cursor"]
    sent = seen(ben)
    nothing = sync(client, cursor=cursor).json()

    factories.registration(edition, given_name="Cleo", family_name="Late")
    actions.cancel_registration(registration=anna, by=anna.managed_by)
    sync(other, sent)
    told = sync(client, cursor=nothing["cursor"]).json()
    sync(other, undone=[{"id": sent["id"], "at": sent["at"]}])
    after = sync(client, cursor=told["cursor"]).json()["changes"]

    assert nothing["changes"] == {
        "people": [],
        "gone": [],
        "void": {},
        "checked": [],
        "unchecked": [],
        "keys": keys(edition),
    }
    changes = told["changes"]
    assert [[person["name"] for person in changes["people"]], changes["gone"]] == [["Cleo Late"], [anna.pk]]
    assert [row[:2] for row in changes["checked"]] == [[ben.pk, today(edition).isoformat()]]
    assert [after["checked"], after["unchecked"]] == [[], [[ben.pk, today(edition).isoformat()]]]
    for cursor in (None, "banana", "x" * 10_000):
        guessed = sync(client, cursor=cursor).json()
        assert ["changes" in guessed, guessed["cursor"], guessed["open"]] == [False, None, True]


def test_a_code_that_became_void_is_told_as_one(edition: Edition, anna: Registration) -> None:
    client = volunteer(with_passphrase(edition))
    cursor = opened(client)["cursor"]
    old = actions.ticket_for(anna)

    actions.reprint_badge(registration=anna, by=organiser())
    changes = sync(client, cursor=cursor).json()["changes"]

    new = actions.ticket_for(anna)
    assert changes["void"] == {hash_of(old.code): "reprinted"}
    assert [person["hash"] for person in changes["people"]] == [hash_of(new.code)]


@pytest.mark.parametrize("what", ["list", "sync"])
def test_it_costs_the_same_with_many_people(edition: Edition, what: str) -> None:
    with_passphrase(edition)
    category, keeper = factories.category(edition), factories.user()
    client = volunteer(edition)
    counts = []
    for size in (1, 50):
        people = [
            factories.registration(
                edition,
                category=category,
                managed_by=keeper,
                is_own=False,
                organisation=factories.organisation(),
            )
            for _number in range(size)
        ]
        cursor = opened(client)["cursor"]
        batch = [seen(person) for person in people]
        with CaptureQueriesContext(connection) as captured:
            if what == "list":
                opened(client)
            else:
                sync(client, *batch, cursor=cursor)
        counts.append(len(captured))

    assert counts[0] == counts[1]


# --- what is no delivery -------------------------------------------------------------------------------


LONG = "x" * 10_000
AT = "2031-05-14T09:00:00+02:00"
ID = "0b1f9cf1-55a4-4a6b-9e0c-0d3d3f4f7a10"
GOOD = {"id": ID, "ref": 1, "hash": None, "scope": "day", "at": AT, "how": "scan"}
GOOD_ALERT = {"id": ID, "kind": "void", "hash": None, "scope": "day", "at": AT}
BANANAS: list[Any] = ["banana", LONG, "\x00", "", None, 7, 1.5, True, [], {}, [[]], 10**400, "NaN", "🍌", -1]


def bad_bodies() -> list[Any]:
    bodies: list[Any] = ["", "banana", "null", "[]", "[" * 100_000, "NaN", b"\xff\xfe", '{"now": ']
    fits = {
        "check_ins": ([],),
        "undone": ([],),
        "alerts": ([],),
        "cursor": (None, "banana", LONG, "\x00", "", "NaN", "🍌"),
    }
    for name in ("now", "cursor", "check_ins", "undone", "alerts"):
        bodies += [{"now": AT, name: value} for value in BANANAS if value not in fits.get(name, ())]
    moments = ["2031-05-14T09:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2031-99-14"]
    bodies += [{"now": moment} for moment in moments]
    bodies += [{"now": AT, "check_ins": [GOOD] * 501}, {"now": AT, "check_ins": ["banana"]}]
    bodies += ['{"now": "\\ud800"}', '{"now": "' + AT + '", "cursor": "\\ud800:x:y"}']
    return bodies


def odd_entries() -> list[tuple[str, dict[str, Any]]]:
    """One thing wrong in each."""
    odd: list[tuple[str, dict[str, Any]]] = [
        ("check_ins", {**GOOD, field: value})
        for field in GOOD
        for value in BANANAS
        if (field, value) not in (("hash", None), ("ref", 7), ("scope", "banana"))
    ]
    odd += [("check_ins", {**GOOD, "at": moment}) for moment in ("0001-01-01T00:00:00Z", "9999-12-31T23:59Z")]
    odd += [("check_ins", {**GOOD, "how": "paper"}), ("check_ins", {**GOOD, "device": "banana"})]
    odd += [("alerts", {**GOOD_ALERT, "kind": value}) for value in BANANAS]
    odd += [("undone", {"id": value, "at": AT}) for value in BANANAS]
    return odd


def test_what_is_no_delivery_is_told_in_a_sentence_and_changes_nothing(edition: Edition) -> None:
    client = volunteer(edition)
    client.raise_request_exception = False

    answers = [send(client, "/desk/sync.json?lang=en", body) for body in bad_bodies()]

    assert {(answer.status_code, answer["Content-Type"]) for answer in answers} == {(400, "application/json")}
    told = [answer.json() for answer in answers]
    assert all(one["error"] == "bad_request" and one["message"].endswith(".") for one in told)
    assert [there(), alerts()] == [[], []]


def test_an_entry_that_cannot_be_read_holds_up_none_of_the_others(
    edition: Edition, anna: Registration
) -> None:
    client = volunteer(edition)
    client.raise_request_exception = False
    entries = odd_entries()
    assert len(entries) > 100
    for kind, odd in entries:
        good = seen(anna)
        body: dict[str, Any] = {"check_ins": [good], "undone": [], "alerts": []}
        body[kind] = [*body[kind], odd] if kind == "check_ins" else [odd]

        answer = sync(client, **body)

        told = answer.json()["results"]
        assert [answer.status_code, told.pop(good["id"])] in ([200, "new"], [200, "already"]), odd
        is_answered = kind != "alerts" and odd["id"] in (ID, "banana", "NaN")
        assert told == ({odd["id"]: "refused"} if is_answered else {}), odd
    assert there() == [(anna.pk, None)]
    assert set(alerts()) == {"refused"}


@pytest.mark.parametrize("distance", ["+23:59", "-23:59"])
def test_a_moment_at_any_distance_from_utc_is_taken(
    edition: Edition, anna: Registration, distance: str
) -> None:
    sign, hours = (1 if distance[0] == "+" else -1), timedelta(hours=23, minutes=59)
    local = (timezone.now() + sign * hours).replace(tzinfo=None).isoformat()
    sent = {**seen(anna), "at": f"{local}{distance}"}

    assert results(sync(volunteer(edition), sent)) == ["new"]


def test_what_a_clock_of_1970_noted_is_refused_and_told_instead_of_blocking_the_rest(
    edition: Edition, anna: Registration
) -> None:
    ben, odd = factories.registration(edition), seen(anna, datetime(1970, 1, 1, 0, 3, tzinfo=UTC), hash=None)

    answer = sync(volunteer(edition), odd, seen(ben))

    assert results(answer) == ["refused", "new"]
    assert [(one.kind, one.registration) for one in DeskAlert.objects.all()] == [("refused", anna)]


def test_a_device_whose_clock_says_1970_while_it_sends_is_put_right(
    edition: Edition, anna: Registration
) -> None:
    sent = seen(anna, datetime(1970, 1, 1, 0, 3, tzinfo=UTC), hash=None)

    answer = sync(volunteer(edition), sent, now="1970-01-01T00:08:00+00:00")

    assert [results(answer), alerts()] == [["new"], ["clock"]]
    assert abs(CheckIn.objects.get().at - minutes_ago(5)) < timedelta(seconds=10)


def test_who_was_erased_meanwhile_blocks_no_delivery(edition: Edition) -> None:
    session, ben, client = factories.session(edition), factories.registration(edition), volunteer(edition)
    anna = factories.registration(edition, managed_by=factories.user(), is_own=False)
    at_the_door = seen(anna, scope=session.code, hash=None)
    sync(client, seen(anna))
    erase_registration(registration=anna, by=anna.managed_by)

    answer = sync(client, at_the_door, seen(ben))

    assert [results(answer), there()] == [["not_confirmed", "new"], sorted([(anna.pk, None), (ben.pk, None)])]


def test_what_is_no_passphrase_is_told_in_a_sentence(edition: Edition) -> None:
    with_passphrase(edition)
    client = volunteer(edition)
    bodies = [
        "",
        "null",
        "[" * 100_000,
        {},
        '{"passphrase": "\\ud800"}',
        *({"passphrase": value} for value in BANANAS),
    ]

    statuses = {send(client, "/desk/list.json", body).status_code for body in bodies}

    assert statuses == {400, 403}


def test_too_much_at_once_is_told_in_a_sentence(edition: Edition) -> None:
    answer = send(volunteer(edition), "/desk/sync.json?lang=en", " " * 3_000_000)

    assert [answer.status_code, answer.json()["message"]] == [400, "That is too much at once."]


def test_nothing_is_taken_from_who_did_not_enter_or_from_another_site(
    edition: Edition, anna: Registration
) -> None:
    stranger = Client()
    assert sync(stranger, seen(anna)).status_code == 401
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = volunteer(edition).cookies
    assert sync(strict, seen(anna)).status_code == 403
    token = strict.get("/desk/me.json").json()["csrf"]
    body = {"now": timezone.now().isoformat(), "check_ins": [seen(anna)]}
    assert results(send(strict, "/desk/sync.json", body, **{"x-csrftoken": token})) == ["new"]


def test_an_organiser_s_device_is_closed_without_its_organiser(edition: Edition, anna: Registration) -> None:
    by = organiser()
    client = organising(edition, by=by)
    assert client.get("/desk/me.json").status_code == 200

    by.user_permissions.clear()
    without_right = client.get("/desk/me.json").status_code
    client.logout()

    assert [without_right, client.get("/desk/me.json").status_code, sync(client, seen(anna)).status_code] == [
        401,
        401,
        401,
    ]
