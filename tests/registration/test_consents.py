"""What people agree to: the words of the moment, nothing beforehand, and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from efus_conference.models import Edition, User
from registration.actions.consents import (
    NeededToTakePart,
    OnlyTheyAgree,
    WordsStand,
    agree,
    keep_consent_text,
    take_back_consent,
)
from registration.actions.refusals import NoLongerRegistered, NotYours
from registration.actions.registrations import cancel_registration
from registration.consents import agreed_by, texts_of
from registration.models import Consent, ConsentText, Delegation, Place, Registration
from tests import factories

pytestmark = pytest.mark.django_db


def text(edition: Edition, purpose: str = "photos", **fields: Any) -> ConsentText:
    """The next version of one purpose."""
    values = {"text_en": f"Words about {purpose}.", "order": 1 if purpose == "notice" else 2, **fields}
    return keep_consent_text(text=ConsentText(edition=edition, purpose=purpose, **values))


@pytest.fixture
def notice(edition: Edition) -> ConsentText:
    return text(edition, "notice", is_required=True, text_fr="Les mots.")


@pytest.fixture
def photos(edition: Edition) -> ConsentText:
    return text(edition, "photos")


def kept(registration: Registration) -> list[tuple[str, int, str, User | None, bool]]:
    rows = Consent.objects.filter(registration=registration).select_related("text", "given_by").order_by("pk")
    return [
        (row.text.purpose, row.text.version, row.language, row.given_by, row.withdrawn_at is not None)
        for row in rows
    ]


def history(registration: Registration) -> list[tuple[str, dict[str, Any]]]:
    return [(event.verb, event.detail) for event in registration.events.order_by("pk")]


# --- agreeing ----------------------------------------------------------------------------------------


def test_who_agreed_to_which_words_in_which_language_is_kept(
    registration: Registration, robin: User, notice: ConsentText, photos: ConsentText
) -> None:
    agree(registration=registration, texts=[notice, photos], language="fr", by=robin)

    # The words about photographs are not translated: they were read in English.
    assert kept(registration) == [("notice", 1, "fr", robin, False), ("photos", 1, "en", robin, False)]
    assert history(registration) == [("consented", {"purposes": ["notice", "photos"]})]


def test_a_second_click_agrees_once(registration: Registration, robin: User, photos: ConsentText) -> None:
    for _click in (1, 2):
        agree(registration=registration, texts=[photos], language="en", by=robin)

    assert kept(registration) == [("photos", 1, "en", robin, False)]
    assert history(registration) == [("consented", {"purposes": ["photos"]})]


def test_words_of_another_edition_are_agreed_to_by_nobody(registration: Registration, robin: User) -> None:
    elsewhere = text(factories.edition(is_current=False))

    assert agree(registration=registration, texts=[elsewhere], language="en", by=robin) == []


def test_an_assistant_agrees_for_whom_they_assist_and_a_coordinator_for_nobody(
    edition: Edition, robin: User, photos: ConsentText
) -> None:
    delegation = Delegation.objects.create(
        edition=edition, organisation=factories.organisation(), coordinator=robin
    )
    assisted = factories.registration(edition, managed_by=robin, is_own=False)
    named = factories.registration(
        edition,
        managed_by=robin,
        is_own=False,
        place=Place.objects.create(edition=edition, delegation=delegation),
    )

    agree(registration=assisted, texts=[photos], language="en", by=robin)
    with pytest.raises(OnlyTheyAgree):
        agree(registration=named, texts=[photos], language="en", by=robin)

    assert [kept(assisted), kept(named)] == [[("photos", 1, "en", robin, False)], []]


def test_the_desk_agrees_for_nobody_and_a_stranger_finds_nothing(
    registration: Registration, photos: ConsentText
) -> None:
    with pytest.raises(OnlyTheyAgree):
        agree(
            registration=registration,
            texts=[photos],
            language="en",
            by=factories.user(is_staff=True, is_superuser=True),
        )
    with pytest.raises(NotYours):
        agree(registration=registration, texts=[photos], language="en", by=factories.user())


def test_a_registration_that_is_over_agrees_to_nothing_and_takes_back_what_it_did(
    registration: Registration, robin: User, photos: ConsentText
) -> None:
    agree(registration=registration, texts=[photos], language="en", by=robin)
    over = cancel_registration(registration=registration, by=robin)

    with pytest.raises(NoLongerRegistered):
        agree(registration=over, texts=[photos], language="en", by=robin)
    assert take_back_consent(registration=over, purpose="photos", by=robin) == 1
    assert kept(registration) == [("photos", 1, "en", robin, True)]


# --- taking it back -----------------------------------------------------------------------------------


def test_what_is_taken_back_stays_in_the_history_and_can_be_given_again(
    registration: Registration, robin: User, photos: ConsentText
) -> None:
    agree(registration=registration, texts=[photos], language="en", by=robin)

    assert take_back_consent(registration=registration, purpose="photos", by=robin) == 1
    assert take_back_consent(registration=registration, purpose="photos", by=robin) == 0
    agree(registration=registration, texts=[photos], language="en", by=robin)

    assert [row[4] for row in kept(registration)] == [True, False]
    assert history(registration) == [
        ("consented", {"purposes": ["photos"]}),
        ("unconsented", {"purposes": ["photos"]}),
        ("consented", {"purposes": ["photos"]}),
    ]


def test_the_notice_is_not_taken_back_by_who_takes_part(
    registration: Registration, robin: User, notice: ConsentText
) -> None:
    agree(registration=registration, texts=[notice], language="en", by=robin)

    with pytest.raises(NeededToTakePart):
        take_back_consent(registration=registration, purpose="notice", by=robin)
    assert kept(registration) == [("notice", 1, "en", robin, False)]


def test_taking_back_ends_every_version_and_the_desk_may_note_it(
    edition: Edition, registration: Registration, robin: User, photos: ConsentText
) -> None:
    agree(registration=registration, texts=[photos], language="en", by=robin)
    agree(registration=registration, texts=[text(edition, "photos")], language="en", by=robin)
    desk = factories.user(is_staff=True, is_superuser=True)

    assert take_back_consent(registration=registration, purpose="photos", by=desk) == 2
    assert [row[4] for row in kept(registration)] == [True, True]


# --- the words ---------------------------------------------------------------------------------------


def test_each_purpose_is_asked_in_its_latest_words(edition: Edition, notice: ConsentText) -> None:
    text(edition, "photos")
    newer = text(edition, "photos", text_en="Other words.")

    assert texts_of(edition) == [notice, newer]
    assert newer.version == 2


def test_words_that_somebody_agreed_to_stand(
    registration: Registration, robin: User, photos: ConsentText
) -> None:
    photos.text_en = "Corrected before anyone agreed."
    keep_consent_text(text=photos)
    agree(registration=registration, texts=[photos], language="en", by=robin)
    photos.text_en = "Changed afterwards."

    with pytest.raises(WordsStand):
        keep_consent_text(text=photos)
    with pytest.raises(IntegrityError), transaction.atomic():
        photos.save()
    photos.refresh_from_db()
    assert photos.text_en == "Corrected before anyone agreed."


def test_new_words_of_the_notice_are_asked_again_and_older_consents_count_on(
    edition: Edition, registration: Registration, robin: User, notice: ConsentText, photos: ConsentText
) -> None:
    agree(registration=registration, texts=[notice, photos], language="en", by=robin)
    newer = [text(edition, "notice", is_required=True), text(edition, "photos")]

    agreed = agreed_by(registration)

    assert [(one.text, one.is_given, one.is_given_before) for one in agreed.asked] == [
        (newer[0], False, True),
        (newer[1], False, True),
    ]
    assert (agreed.missing, agreed.open, agreed.to_ask) == ([newer[0]], [], [newer[0]])


# --- the pages ---------------------------------------------------------------------------------------


@pytest.fixture
def browser(client: Client, robin: User) -> Client:
    client.force_login(robin)
    return client


def details(edition: Edition) -> dict[str, Any]:
    return {
        "who": "own",
        "given_name": "Klára",
        "family_name": "Nováková",
        "email": "klara@example.org",
        "language": "en",
        "category": factories.category(edition).pk,
        "function": "Deputy mayor",
        "organisation_name": "Košice",
        "country": "SK",
        "needs": "",
    }


def check_page(browser: Client, edition: Edition) -> Any:
    browser.post(reverse("registration:register"), {"who": "own"})
    browser.post(reverse("registration:register_details"), details(edition))
    return browser.get(reverse("registration:register_check"))


def test_the_check_page_asks_with_nothing_ticked_beforehand(
    browser: Client, edition: Edition, notice: ConsentText, photos: ConsentText
) -> None:
    page = check_page(browser, edition)

    boxes = [(line.text, line.language, line.box.value()) for line in page.context["form"].lines()]
    assert boxes == [(notice, "en", None), (photos, "en", None)]
    assert b"checked" not in page.content
    assert b"Words about photos." in page.content


def test_nobody_registers_without_the_notice_and_what_was_ticked_stays_ticked(
    browser: Client, edition: Edition, robin: User, notice: ConsentText, photos: ConsentText
) -> None:
    page = check_page(browser, edition)
    sent = {"seen": page.context["fingerprint"], f"agree_{photos.pk}": "on"}

    again = browser.post(reverse("registration:register_check"), sent)

    assert again.status_code == 200
    assert again.context["form"].errors == {
        f"agree_{notice.pk}": [
            "Read “how personal data is used” and tick its box: nobody registers without it."
        ]
    }
    later = browser.get(reverse("registration:register_check"))
    assert [line.box.value() for line in later.context["form"].lines()] == [None, True]
    assert not Registration.objects.exists()


def test_registering_keeps_what_was_ticked(
    browser: Client, edition: Edition, robin: User, notice: ConsentText, photos: ConsentText
) -> None:
    page = check_page(browser, edition)
    sent = {"seen": page.context["fingerprint"], f"agree_{notice.pk}": "on"}

    answer = browser.post(reverse("registration:register_check"), sent)

    made = Registration.objects.get()
    assert answer.url == reverse("registration:registered", args=[made.pk])
    assert kept(made) == [("notice", 1, "en", robin, False)]


def test_words_written_anew_meanwhile_are_read_before_anyone_agrees_to_them(
    browser: Client, edition: Edition, notice: ConsentText, photos: ConsentText
) -> None:
    page = check_page(browser, edition)
    newer = text(edition, "photos", text_en="Films too.")
    sent = {
        "seen": page.context["fingerprint"],
        f"agree_{notice.pk}": "on",
        f"agree_{photos.pk}": "on",
    }

    again = browser.post(reverse("registration:register_check"), sent)

    assert (again.status_code, again.context["is_reworded"]) == (200, True)
    assert [(line.text, bool(line.box.value())) for line in again.context["form"].lines()] == [
        (notice, True),
        (newer, False),
    ]
    assert not Registration.objects.exists()


def test_an_edition_that_asks_nothing_shows_nothing(browser: Client, edition: Edition) -> None:
    page = check_page(browser, edition)

    assert b"What we ask you to agree to" not in page.content
    browser.post(reverse("registration:register_check"), {"seen": page.context["fingerprint"]})
    assert kept(Registration.objects.get()) == []


@pytest.mark.parametrize("nonsense", ["agree_banana", "agree_", "agree_99999999999999999999", "agree_\x00"])
def test_boxes_that_nobody_drew_tick_nothing(
    browser: Client, edition: Edition, robin: User, notice: ConsentText, nonsense: str
) -> None:
    page = check_page(browser, edition)
    sent = {"seen": page.context["fingerprint"], f"agree_{notice.pk}": "on", nonsense: "banana"}

    answer = browser.post(reverse("registration:register_check"), sent)

    assert answer.status_code in (200, 302)
    assert all(row[0] == "notice" for made in Registration.objects.all() for row in kept(made))


def test_what_was_named_for_somebody_is_asked_on_the_page_of_their_registration(
    browser: Client, registration: Registration, robin: User, notice: ConsentText, photos: ConsentText
) -> None:
    address = reverse("registration:consents", args=[registration.pk])
    page = browser.get(registration.get_absolute_url())
    assert address.encode() in page.content
    assert b"Please read how personal data is used" in page.content

    browser.post(address, {"what": "agree", f"agree_{notice.pk}": "on", f"agree_{photos.pk}": "on"})
    browser.post(address, {"what": "photos"})

    assert kept(registration) == [("notice", 1, "en", robin, False), ("photos", 1, "en", robin, True)]
    shown = browser.get(address)
    assert [
        (line.purpose, line.version, line.by, bool(line.withdrawn))
        for line in shown.context["agreed"].history
    ] == [
        ("photographs and films", 1, registration.name, True),
        ("how personal data is used", 1, registration.name, False),
    ]


@pytest.mark.parametrize("what", ["", "banana", "notice", "list", "x" * 10_000, "\x00"])
def test_asking_for_nonsense_changes_nothing(
    browser: Client, registration: Registration, robin: User, notice: ConsentText, what: str
) -> None:
    agree(registration=registration, texts=[notice], language="en", by=robin)

    answer = browser.post(reverse("registration:consents", args=[registration.pk]), {"what": what})

    assert answer.status_code == 302
    assert kept(registration) == [("notice", 1, "en", robin, False)]


# --- organisers --------------------------------------------------------------------------------------


@pytest.fixture
def organiser(client: Client) -> Client:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    return client


def test_an_organiser_writes_a_new_version_from_the_words_that_stand(
    organiser: Client, edition: Edition, registration: Registration, robin: User, photos: ConsentText
) -> None:
    agree(registration=registration, texts=[photos], language="en", by=robin)
    answer = organiser.get(reverse("admin:registration_consenttext_new_version", args=[photos.pk]))
    form = organiser.get(answer.url)
    assert form.context["adminform"].form.initial["text_en"] == "Words about photos."

    organiser.post(
        answer.url,
        {
            "edition": edition.pk,
            "purpose": "photos",
            "order": 2,
            "text_en": "Other words.",
            "text_fr": "",
            "text_nl": "",
        },
    )

    assert [(one.purpose, one.version, one.text_en) for one in texts_of(edition)] == [
        ("photos", 2, "Other words.")
    ]


def test_an_organiser_notes_what_was_taken_back_by_letter(
    organiser: Client, registration: Registration, robin: User, photos: ConsentText
) -> None:
    [made] = agree(registration=registration, texts=[photos], language="en", by=robin)

    organiser.post(
        reverse("admin:registration_consent_changelist"),
        {"action": "take_back", "_selected_action": [made.pk]},
    )

    assert [row[4] for row in kept(registration)] == [True]


def test_no_row_says_that_something_else_was_agreed_to(
    registration: Registration, robin: User, photos: ConsentText
) -> None:
    """Whatever page or program writes it."""
    elsewhere = ConsentText.objects.create(
        edition=factories.edition(is_current=False), purpose="photos", text="Elsewhere."
    )
    (consent,) = agree(registration=registration, texts=[photos], language="en", by=robin)
    take_back_consent(registration=registration, purpose="photos", by=robin)
    rows = Consent.objects.filter(pk=consent.pk)
    changes: list[Callable[[], object]] = [
        lambda: rows.update(withdrawn_at=None),
        lambda: rows.update(language="nl"),
        lambda: rows.update(given_at=timezone.now()),
        lambda: rows.update(text=elsewhere),
        lambda: Consent.objects.create(registration=registration, text=elsewhere, language="en"),
        lambda: ConsentText.objects.filter(pk=photos.pk).update(is_required=True),
    ]
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()

    assert [one.text for one in Consent.objects.all()] == [photos]
