from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from efus_conference.models import Edition
from programme.actions import release
from programme.models import (
    Appearance,
    ReleasedSession,
    Room,
    Session,
    Speaker,
    Theme,
    Venue,
    WalkingTime,
)
from tests import factories
from tests.factories import NINE
from tests.programme.inlines import OTHER_INLINES

pytestmark = pytest.mark.django_db
RELEASE = "/admin/programme/session/release/"


@pytest.fixture
def edition() -> Edition:
    return factories.edition(slug="liege-2031")


def organiser(*permissions: str) -> Client:
    """Someone with these permissions on the programme; an administrator without any named."""
    person = factories.user(is_staff=True, is_superuser=not permissions)
    person.user_permissions.set(
        Permission.objects.filter(content_type__app_label="programme", codename__in=permissions)
    )
    client = Client()
    client.force_login(person)
    return client


def fill(edition: Edition, count: int) -> None:
    for number in range(count):
        venues = [
            Venue.objects.create(edition=edition, slug=f"venue-{uuid4()}", name_en="Venue") for _ in range(2)
        ]
        WalkingTime.objects.create(first=venues[0], second=venues[1], minutes=10)
        session = factories.session(
            edition,
            room=factories.room(edition, venue=venues[0]),
            starts_at=NINE + timedelta(hours=number),
            speakers=(factories.speaker(organisation=factories.organisation()),),
        )
        session.themes.add(Theme.objects.create(slug=f"theme-{session.pk}", name_en="Theme"))
        release(edition=edition, by=None)
        Session.objects.filter(pk=session.pk).update(title_en=f"Changed {number}")


LISTS = [
    "session",
    "room",
    "venue",
    "walkingtime",
    "sessionkind",
    "theme",
    "speaker",
    "release",
    "session/release",
]


def test_lists_cost_the_same_queries_at_any_size(edition: Edition) -> None:
    client = organiser()
    counts = []
    for size in (2, 15):
        fill(edition, size)
        of_this_size = {}
        for name in LISTS:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(f"/admin/programme/{name}/").status_code == 200
            of_this_size[name] = len(captured)
        counts.append(of_this_size)

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "query",
    [
        "?day=2031-05-14",
        "?day=none",
        "?day=nonsense",
        "?public=no",
        "?public=differs",
        "?public=same",
        "?q=trust",
        "?q=TRUST1",
        "?is_cancelled__exact=1",
        "?edition__id__exact=abc",
    ],
)
def test_filters_and_search_answer(edition: Edition, query: str) -> None:
    fill(edition, 1)

    assert organiser().get(f"/admin/programme/session/{query}", follow=True).status_code == 200


def test_the_list_says_how_a_draft_stands_to_what_is_public(edition: Edition) -> None:
    for title in ("Same", "Differs", "Cancelled"):
        factories.session(edition, title=title)
    release(edition=edition, by=None)
    Session.objects.filter(title_en="Cancelled").update(is_cancelled=True)
    release(edition=edition, by=None)
    Session.objects.filter(title_en="Differs").update(subtitle_en="New")
    factories.session(edition, title="New")
    waiting = factories.session(edition, title="Waiting")
    Session.objects.filter(pk=waiting.pk).update(starts_at=None, ends_at=None)
    client = organiser()

    def shown(query: str = "") -> list[str]:
        response = client.get(f"/admin/programme/session/{query}")
        return sorted(session.title for session in response.context["cl"].result_list)

    assert shown() == ["Cancelled", "Differs", "New", "Same", "Waiting"]
    assert shown("?public=no") == ["New", "Waiting"]
    assert shown("?public=differs") == ["Differs"]
    assert shown("?public=same") == ["Cancelled", "Same"]
    assert shown("?day=none") == ["Waiting"]


def form_of(session: Session, **fields: str) -> dict[str, object]:
    return {
        "kind": session.kind_id,
        "room": "",
        "title_en": session.title_en,  # type: ignore[attr-defined]
        "starts_at_0": "2031-05-14",
        "starts_at_1": "09:30",
        "ends_at_0": "2031-05-14",
        "ends_at_1": "11:00",
        "floor_languages": ["en", "fr"],
        "interpretation_languages": ["nl"],
        "appearances-TOTAL_FORMS": 0,
        "appearances-INITIAL_FORMS": 0,
        **OTHER_INLINES,
        **fields,
    }


def test_times_are_those_on_the_clocks_of_the_edition_s_place() -> None:
    edition = factories.edition(timezone="Europe/Athens")
    session = factories.session(edition)
    client = organiser()
    address = f"/admin/programme/session/{session.pk}/change/"

    before = client.get(address).content.decode()
    response = client.post(address, form_of(session, edition=str(edition.pk)))

    assert response.status_code == 302
    assert 'value="10:00' in before
    session.refresh_from_db()
    assert session.starts_at == datetime(2031, 5, 14, 6, 30, tzinfo=UTC)
    assert session.ends_at == datetime(2031, 5, 14, 8, 0, tzinfo=UTC)
    assert [session.floor_languages, session.interpretation_languages] == [["en", "fr"], ["nl"]]
    assert 'value="09:30' in client.get(address).content.decode()


def test_a_session_that_ends_before_it_starts_is_refused_with_a_sentence(edition: Edition) -> None:
    session = factories.session(edition)
    address = f"/admin/programme/session/{session.pk}/change/"

    response = organiser().post(address, form_of(session, edition=str(edition.pk), ends_at_1="08:00"))

    assert response.status_code == 200
    assert "a session ends after it starts" in response.content.decode()


def test_what_was_public_keeps_its_edition_and_its_code(edition: Edition) -> None:
    other = factories.edition(is_current=False)
    session = factories.session(edition, code="TRUST1")
    release(edition=edition, by=None)

    organiser().post(
        f"/admin/programme/session/{session.pk}/change/",
        form_of(session, edition=str(other.pk), code="OTHER1"),
    )

    session.refresh_from_db()
    assert [session.edition, session.code] == [edition, "TRUST1"]


def test_the_release_page_shows_what_would_change_and_what_looks_wrong(edition: Edition) -> None:
    room = factories.room(edition, name="Hall")
    moved = factories.session(edition, title="Moved", room=room)
    texts = factories.session(edition, title="Old title", title_fr="Titre")
    release(edition=edition, by=None)
    Session.objects.filter(pk=moved.pk).update(
        starts_at=NINE + timedelta(hours=5), ends_at=NINE + timedelta(hours=6)
    )
    Session.objects.filter(pk=texts.pk).update(title_en="New <title>")
    factories.session(edition, title="Fresh", speakers=(factories.speaker(name="Ada Example"),))

    response = organiser().get(RELEASE)

    assert [
        (line.label, line.title, [(field.name, field.before, field.after) for field in line.fields])
        for line in response.context["differences"]
    ] == [
        ("Changed", "New <title>", [("Title (English)", "Old title", "New <title>")]),
        (
            "New",
            "Fresh",
            [("Time", "", "Wednesday 14 May 2031, 09:00–10:00"), ("Speakers", "", "Ada Example")],
        ),
        (
            "Moved",
            "Moved",
            [("Time", "Wednesday 14 May 2031, 09:00–10:00", "Wednesday 14 May 2031, 14:00–15:00")],
        ),
    ]
    body = response.content.decode()
    assert "“Fresh” is not fully translated: fr, nl." in body
    assert "New <title>" not in body
    assert ReleasedSession.objects.count() == 2


def test_confirming_releases_with_the_notes_and_leads_to_the_changelog(edition: Edition) -> None:
    factories.session(edition)
    client = organiser()
    shown = client.get(RELEASE).context["shown"]

    response = client.post(
        RELEASE,
        {"fingerprint": shown.fingerprint, "note_en": "First.", "note_fr": "Premier.", "note_nl": ""},
        follow=True,
    )

    made = edition.releases.get()
    assert (made.number, made.note_en, made.note_fr, made.changes.count()) == (1, "First.", "Premier.", 1)
    assert made.released_by is not None
    body = response.content.decode()
    assert "is public, with 1 change." in body
    assert "/editions/liege-2031/programme/changes/#release-1" in body


def test_only_chosen_sessions_are_released_from_the_list(edition: Edition) -> None:
    chosen, _other = factories.session(edition), factories.session(edition)
    client = organiser()

    response = client.post(
        "/admin/programme/session/", {"action": "release_selected", "_selected_action": [chosen.pk]}
    )
    page = response["Location"]
    client.post(page, {"fingerprint": client.get(page).context["shown"].fingerprint})

    assert [row.session for row in ReleasedSession.objects.all()] == [chosen]


def test_sessions_of_two_editions_are_not_released_together(edition: Edition) -> None:
    sessions = [factories.session(one) for one in (edition, factories.edition(is_current=False))]

    response = organiser().post(
        "/admin/programme/session/",
        {"action": "release_selected", "_selected_action": [session.pk for session in sessions]},
        follow=True,
    )

    assert "Choose sessions of one edition only." in response.content.decode()


def test_drafts_that_changed_meanwhile_are_shown_again_and_the_note_is_kept(edition: Edition) -> None:
    session = factories.session(edition)
    client = organiser()
    shown = client.get(RELEASE).context["shown"]
    session.title_en = "Meanwhile"
    session.save()

    response = client.post(RELEASE, {"fingerprint": shown.fingerprint, "note_en": "Kept note."})

    body = response.content.decode()
    assert response.status_code == 200
    assert ["Someone changed the drafts meanwhile" in body, "Meanwhile" in body, "Kept note." in body] == [
        True
    ] * 3
    assert not edition.releases.exists()


def test_a_note_that_cannot_be_printed_releases_nothing_and_is_kept(edition: Edition) -> None:
    factories.session(edition)
    client = organiser()
    shown = client.get(RELEASE).context["shown"]

    sent = {"fingerprint": shown.fingerprint, "note_en": "Moved \u202edna\x07", "note_fr": "Gardée."}
    response = client.post(RELEASE, sent)

    assert response.context["form"].errors == {
        "note_en": ["This has a character that cannot be printed. Type it again instead of pasting it."]
    }
    assert "Gardée." in response.content.decode()
    assert not edition.releases.exists()


def test_a_clash_is_told_before_and_cannot_be_confirmed(edition: Edition) -> None:
    room = factories.room(edition, name="Hall")
    for title in ("One", "Two"):
        factories.session(edition, title=title, room=room)
    client = organiser()
    response = client.get(RELEASE)
    sentence = "“One” and “Two” would share the room Hall on 14 May 2031 from 09:00 to 10:00."

    again = client.post(RELEASE, {"fingerprint": response.context["shown"].fingerprint})

    assert [sentence in answer.content.decode() for answer in (response, again)] == [True, True]
    assert 'type="submit" class="bg-primary' not in response.content.decode()
    assert not edition.releases.exists()


@pytest.mark.parametrize(
    "query", ["", "?edition=liege-2031", "?edition=nowhere", "?edition=liege-2031&sessions=x,9"]
)
def test_the_release_page_takes_any_address(edition: Edition, query: str) -> None:
    factories.session(edition)

    assert organiser().get(RELEASE + query).status_code == (302 if "nowhere" in query else 200)


def test_only_who_may_release_sees_the_page_and_its_buttons(edition: Edition) -> None:
    factories.session(edition)
    reader, releaser = organiser("view_session", "change_session"), organiser("view_session", "add_release")

    assert [client.get(RELEASE).status_code for client in (reader, releaser, Client())] == [403, 200, 302]
    assert [client.post(RELEASE, {}).status_code for client in (reader, Client())] == [403, 302]
    lists = [client.get("/admin/programme/session/").content.decode() for client in (reader, releaser)]
    assert ["release_selected" in body for body in lists] == [False, True]
    assert ["release-everything" in body for body in lists] == [False, True]


def test_releases_are_there_to_be_read(edition: Edition) -> None:
    fill(edition, 1)
    made = edition.releases.get()
    client = organiser()

    assert client.get(f"/admin/programme/release/{made.pk}/change/").status_code == 200
    assert [client.get("/admin/programme/release/add/").status_code] == [403]
    assert client.post(f"/admin/programme/release/{made.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_portrait_is_made_anew(settings: object, edition: Edition, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    speaker = factories.speaker()
    picture = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "a hidden place"
    Image.new("RGB", (1500, 900), "navy").save(picture, "PNG", exif=exif)
    form = {
        "name": speaker.name,
        "slug": speaker.slug,
        "basis": "consent",
        "appearances-TOTAL_FORMS": 0,
        "appearances-INITIAL_FORMS": 0,
        **OTHER_INLINES,
    }
    address = f"/admin/programme/speaker/{speaker.pk}/change/"
    client = organiser()

    good = client.post(address, {**form, "portrait": SimpleUploadedFile("me.png", picture.getvalue())})
    bad = client.post(address, {**form, "portrait": SimpleUploadedFile("me.png", b"GIF89a no picture")})

    assert (good.status_code, bad.status_code) == (302, 200)
    kept = Speaker.objects.get(pk=speaker.pk).portrait
    with kept.open() as file:
        made = Image.open(io.BytesIO(file.read()))
    assert (made.format, made.size, dict(made.getexif())) == ("JPEG", (432, 432), {})
    Speaker.objects.filter(pk=speaker.pk).update(consented_at=NINE)
    address = f"/speakers/{speaker.slug}/portrait.jpg"
    shown = Client().get(address)
    Speaker.objects.filter(pk=speaker.pk).update(consent_withdrawn_at=NINE)
    assert [shown.status_code, shown["Content-Type"], Client().get(address).status_code] == [
        200,
        "image/jpeg",
        404,
    ]


def test_speakers_are_filtered_by_whether_the_site_names_them(edition: Edition) -> None:
    shown, silent = factories.speaker(), factories.speaker(consented_at=None)
    client = organiser()

    found = [
        [
            speaker.pk
            for speaker in client.get(f"/admin/programme/speaker/?shown={value}").context["cl"].result_list
        ]
        for value in ("yes", "no")
    ]

    assert found == [[shown.pk], [silent.pk]]


@pytest.mark.parametrize("name", ["session", "room", "sessionkind", "theme", "speaker"])
def test_every_form_opens_and_names_what_is_missing(edition: Edition, name: str) -> None:
    client = organiser()
    empty = {"appearances-TOTAL_FORMS": 0, "appearances-INITIAL_FORMS": 0, **OTHER_INLINES}

    assert client.get(f"/admin/programme/{name}/add/").status_code == 200
    response = client.post(f"/admin/programme/{name}/add/", empty)
    assert (response.status_code, "This field is required." in response.content.decode()) == (200, True)


def test_a_person_is_added_to_a_session_with_their_function_then(edition: Edition) -> None:
    session, speaker = factories.session(edition), factories.speaker()
    fields = {
        "appearances-TOTAL_FORMS": "1",
        "appearances-0-speaker": str(speaker.pk),
        "appearances-0-role": "chair",
        "appearances-0-order": "1",
        "appearances-0-function_en": "Mayor",
    }

    response = organiser().post(
        f"/admin/programme/session/{session.pk}/change/", form_of(session, edition=str(edition.pk), **fields)
    )

    assert response.status_code == 302
    made = Appearance.objects.get()
    assert (made.speaker, made.role, made.function_en) == (speaker, "chair", "Mayor")  # type: ignore[attr-defined]


@pytest.mark.parametrize("of_many", [False, True])
def test_a_theme_in_use_stays_and_the_page_names_the_sessions(edition: Edition, of_many: bool) -> None:
    theme = Theme.objects.create(slug="night", name_en="Night")
    drafted, public = (factories.session(edition, title=title) for title in ("Drafted", "Public"))
    public.themes.add(theme)
    release(edition=edition, by=None)
    public.themes.clear()
    drafted.themes.add(theme)

    answer = delete_theme(theme, of_many=of_many)

    assert [title in answer for title in ("Drafted", "Public", "protected")] == [True, True, True]
    assert Theme.objects.filter(pk=theme.pk).exists()


@pytest.mark.parametrize("of_many", [False, True])
def test_a_theme_that_nothing_uses_goes(edition: Edition, of_many: bool) -> None:
    theme, other = (Theme.objects.create(slug=slug, name_en=slug) for slug in ("night", "day"))
    factories.session(edition).themes.add(other)

    delete_theme(theme, of_many=of_many)

    assert list(Theme.objects.all()) == [other]


def delete_theme(theme: Theme, *, of_many: bool) -> str:
    if of_many:
        choice = {"action": "delete_selected", "_selected_action": str(theme.pk), "post": "yes"}
        response = organiser().post("/admin/programme/theme/", choice)
    else:
        response = organiser().post(f"/admin/programme/theme/{theme.pk}/delete/", {"post": "yes"})
    return response.content.decode()


def test_a_draft_moved_into_a_taken_room_is_saved_and_says_so(edition: Edition) -> None:
    room = factories.room(edition, name="Agora")
    first = factories.session(edition, room=room, title="The first")
    second = factories.session(edition, room=room, title="The second", starts_at=NINE + timedelta(hours=2))
    sent = form_of(second, edition=str(edition.pk), room=str(room.pk))  # from half past nine
    answer = organiser().post(f"/admin/programme/session/{second.pk}/change/", sent, follow=True)
    second.refresh_from_db()
    assert second.starts_at < first.ends_at  # type: ignore[operator]
    said = [str(message) for message in answer.context["messages"]]
    assert any("“The first”" in sentence and "“The second”" in sentence for sentence in said), said


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        (
            {"starts_at_0": "2031-03-30", "starts_at_1": "02:30", "ends_at_0": "2031-03-30"},
            "starts_at",
            "The clocks skip this time: summer time begins. Choose one before or after it.",
        ),
        (
            {"departs_at_0": "2031-10-26", "departs_at_1": "02:30"},
            "departs_at",
            "The clocks show this time twice: summer time ends. Choose one before or after it.",
        ),
        (
            {"ends_at_0": "2031-05-15"},
            "ends_at",
            "A session is within one day: make one of the next day for what follows.",
        ),
    ],
)
def test_a_time_that_no_session_can_have_is_refused_beside_its_field(
    edition: Edition, fields: dict[str, str], field: str, sentence: str
) -> None:
    session = factories.session(edition)

    response = organiser().post(
        f"/admin/programme/session/{session.pk}/change/",
        form_of(session, edition=str(edition.pk), **fields),
    )

    assert response.status_code == 200
    assert response.context["adminform"].form.errors[field] == [sentence]
    session.refresh_from_db()
    assert session.starts_at == NINE


def test_a_field_visit_is_entered_with_its_hours_and_its_captions(edition: Edition) -> None:
    session = factories.session(edition)
    visit = {
        "caption_languages": ["fr"],
        "departs_at_0": "2031-05-14",
        "departs_at_1": "09:45",
        "returns_at_0": "2031-05-14",
        "returns_at_1": "10:45",
        "wheelchair_places": "2",
        "identity_by_0": "2031-05-01",
        "identity_by_1": "18:00",
        "meeting_point_en": "The station's clock",
    }

    response = organiser().post(
        f"/admin/programme/session/{session.pk}/change/",
        form_of(session, edition=str(edition.pk), **visit),  # type: ignore[arg-type]
    )

    assert response.status_code == 302
    session.refresh_from_db()
    assert (session.caption_languages, session.wheelchair_places, session.meeting_point) == (
        ["fr"],
        2,
        "The station's clock",
    )
    assert [session.departs_at, session.returns_at, session.identity_by] == [
        datetime(2031, 5, 14, 7, 45, tzinfo=UTC),
        datetime(2031, 5, 14, 8, 45, tzinfo=UTC),
        datetime(2031, 5, 1, 16, 0, tzinfo=UTC),
    ]


def test_a_room_made_at_its_venue_is_of_the_venue_s_edition(edition: Edition) -> None:
    venue = Venue.objects.create(edition=edition, slug="town-hall", name_en="Town Hall")

    response = organiser().post(
        f"/admin/programme/venue/{venue.pk}/change/",
        {
            "slug": "town-hall",
            "name_en": "Town Hall",
            "order": 10,
            "rooms-TOTAL_FORMS": 1,
            "rooms-INITIAL_FORMS": 0,
            "rooms-0-name_en": "Cabinet",
            "rooms-0-slug": "cabinet",
            "rooms-0-order": 10,
        },
    )

    assert response.status_code == 302
    assert Room.objects.values_list("name", "edition", "venue").get() == ("Cabinet", edition.pk, venue.pk)


def test_a_walking_time_is_between_two_venues_of_one_edition_in_either_order(edition: Edition) -> None:
    elsewhere = factories.edition(is_current=False)
    first, second, third = (
        Venue.objects.create(edition=where, slug=f"venue-{number}", name_en=f"Venue {number}")
        for number, where in enumerate((edition, edition, elsewhere))
    )
    client = organiser()

    def enter(start: Venue, end: Venue) -> list[str]:
        response = client.post(
            "/admin/programme/walkingtime/add/", {"first": start.pk, "second": end.pk, "minutes": 12}
        )
        if response.status_code == 302:
            return []
        return [str(error) for errors in response.context["errors"] for error in errors]

    assert enter(first, first) == ["Choose two different venues."]
    assert enter(first, third) == ["These venues belong to different editions."]
    assert enter(second, first) == []
    assert enter(first, second) == ["The time between these two is there already."]
    assert WalkingTime.objects.values_list("first", "second", "minutes").get() == (first.pk, second.pk, 12)


@pytest.mark.parametrize("key", ["abc", "_00", "9" * 40, "-1", "²"])
def test_a_button_s_address_whose_key_is_none_leads_nowhere_and_breaks_nothing(key: str) -> None:
    client = organiser("view_session")
    assert client.get(f"/admin/programme/session/{key}/place/").status_code == 404


def test_a_room_with_sessions_stays_in_their_edition(edition: Edition) -> None:
    other = factories.edition(is_current=False)
    drafted, public = factories.room(edition), factories.room(edition)
    factories.session(edition, room=drafted)
    moved = factories.session(edition, room=public, starts_at=NINE + timedelta(hours=3))
    release(edition=edition, by=None)
    Session.objects.filter(pk=moved.pk).update(room=None)  # the public still finds it there
    empty = factories.room(edition)

    def refusals(room: Room) -> dict[str, list[str]]:
        room.edition = other
        try:
            room.full_clean()
        except ValidationError as refusal:
            return refusal.message_dict
        return {}

    refused = {"edition": ["Sessions of another edition are in this room."]}
    assert [refusals(room) for room in (drafted, public, empty)] == [refused, refused, {}]
