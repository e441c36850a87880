from __future__ import annotations

import hashlib
import io
import re
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connections, transaction
from django.test import Client
from django.utils import timezone, translation
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from efus_conference.logs import masked
from efus_conference.mail import compose
from efus_conference.models import Edition, User
from efus_conference.seal import seal_key, self_signed
from registration import certificates
from registration.actions import cancel_registration, change_registration, sweep_files
from registration.actions.certificates import (
    NotThere,
    SealOff,
    TooManyCertificates,
    issue_certificate,
    tell_of_certificates,
    withdraw_certificate,
)
from registration.actions.emptying import empty_certificates
from registration.actions.refusals import Erased, NameStands, NotYours
from registration.certificates import read_code
from registration.models import Certificate, CheckIn, Registration
from registration.models.certificates import new_certificate_code
from tests import factories
from tests.factories import NINE

FIRST = NINE.date()


def there(registration: Registration, *days: int, session: Any = None) -> list[CheckIn]:
    """Checked in on these days of the edition, the first being 0."""
    return [
        CheckIn.objects.create(
            edition=registration.edition,
            place=registration.place,
            registration=registration,
            day=FIRST + timedelta(days=day),
            session=session,
            how="scan",
            at=NINE + timedelta(days=day),
        )
        for day in days
    ]


def issued(registration: Registration, language: str = "en") -> Certificate:
    return issue_certificate(registration=registration, language=language, by=registration.managed_by)


def text_of(certificate: Certificate) -> str:
    document = pypdfium2.PdfDocument(content_of(certificate))
    assert len(document) == 1
    return " ".join(document[0].get_textpage().get_text_bounded().split())


def content_of(certificate: Certificate) -> bytes:
    with certificate.file.open("rb") as file:
        return bytes(file.read())


# --- who gets one, and what it says ------------------------------------------------------------------


@pytest.mark.django_db
def test_it_names_the_days_of_the_check_ins_at_the_entrance_and_in_sessions(
    registration: Registration, bookable: Callable[..., Any]
) -> None:
    there(registration, 0)
    there(registration, 2, session=bookable())
    [taken_back] = there(registration, 1)
    taken_back.undone_at = timezone.now()
    taken_back.save()
    certificate = issued(registration)
    assert certificate.days == [FIRST, FIRST + timedelta(days=2)]
    said = text_of(certificate)
    assert [word in said for word in (registration.name, "14 May 2031", "15 May 2031", "16 May 2031")] == [
        True, True, False, True,
    ]  # fmt: skip
    assert f"/check/{certificate.shown_code}/" in said
    assert [(event.verb, event.actor) for event in registration.events.all()] == [
        ("certified", registration.managed_by)
    ]


@pytest.mark.django_db
def test_who_was_not_there_gets_none(registration: Registration) -> None:
    with pytest.raises(NotThere):
        issued(registration)
    client = Client()
    client.force_login(registration.managed_by)
    Edition.objects.update(starts_on=date(2020, 5, 14), ends_on=date(2020, 5, 16))
    for answer in (
        client.get(f"/en/my/registrations/{registration.pk}/certificate/"),
        client.post(f"/en/my/registrations/{registration.pk}/certificate/", {"language": "en"}),
    ):
        assert answer.status_code == 200
        assert "nobody checked this person in" in answer.content.decode()
        assert "<button" not in answer.content.decode().partition('id="main"')[2].partition("<footer")[0]
    assert client.get(f"/en/my/registrations/{registration.pk}/certificate/en.pdf").status_code == 404
    assert Certificate.objects.count() == 0


@pytest.mark.django_db
def test_before_the_conference_the_page_says_when(registration: Registration) -> None:
    client = Client()
    client.force_login(registration.managed_by)
    page = client.get(f"/en/my/registrations/{registration.pk}/certificate/").content.decode()
    assert "It can be had here after the first day." in page
    mine = client.get(registration.get_absolute_url()).content.decode()
    assert "/certificate/" not in mine
    # That there will be one is told from the beginning; once there is one, its page is led to on any day.
    assert "Whoever was there gets one" in mine
    there(registration, 0)
    mine = client.get(registration.get_absolute_url()).content.decode()
    assert f"/en/my/registrations/{registration.pk}/certificate/" in mine


@pytest.mark.django_db
def test_who_was_there_on_the_first_day_and_then_left_the_place_gets_one(registration: Registration) -> None:
    there(registration, 0)
    cancel_registration(registration=registration, by=registration.managed_by, reason="")
    assert issued(registration).days == [FIRST]


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_it_is_tagged_has_its_language_and_is_on_one_page_in_each_language(
    registration: Registration, language: str
) -> None:
    Registration.objects.update(
        given_name="Żaneta-" * 14,
        family_name="Παπαδοπούλου Иванова " * 4,
        organisation_name="Communauté " * 18,
    )
    Edition.objects.update(theme="A theme that is rather long " * 8, venue="A place with a name " * 9)
    there(registration, 0, 1, 2)
    certificate = issued(registration, language)
    content = content_of(certificate)
    assert len(pypdfium2.PdfDocument(content)) == 1
    assert f"/Lang ({language}" in content.decode("latin-1") or f"/Lang({language}" in content.decode(
        "latin-1"
    )
    assert b"/Marked true" in content
    with translation.override(language):
        assert text_of(certificate).count(certificate.shown_code) == 2


@pytest.mark.django_db
def test_it_is_accepted_by_the_library_s_own_validator_and_by_another_program(
    registration: Registration, tmp_path: Path
) -> None:
    there(registration, 0)
    content = content_of(issued(registration))
    [signature] = PdfFileReader(io.BytesIO(content)).embedded_signatures
    [root] = load_certs_from_pemder_data(seal_key().der())
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=[root], allow_fetching=False))
    assert (status.bottom_line, status.coverage, status.modification_level, status.docmdp_ok) == (
        True, SignatureCoverageLevel.ENTIRE_FILE, ModificationLevel.NONE, True,
    )  # fmt: skip
    if shutil.which("pdfsig"):
        (tmp_path / "c.pdf").write_bytes(content)
        said = subprocess.run(
            ["pdfsig", tmp_path / "c.pdf"], capture_output=True, text=True, check=True
        ).stdout
        assert "Signature is Valid" in said
        assert "Total document signed" in said


@pytest.mark.django_db
@pytest.mark.skipif(not shutil.which("zbarimg"), reason="zbar-tools is not installed.")
def test_its_square_code_is_read_by_another_program(registration: Registration, tmp_path: Path) -> None:
    there(registration, 0)
    certificate = issued(registration)
    page = pypdfium2.PdfDocument(content_of(certificate))[0]
    page.render(scale=3).to_pil().save(tmp_path / "page.png")
    read = subprocess.run(
        ["zbarimg", "--quiet", "--raw", tmp_path / "page.png"], capture_output=True, text=True, check=True
    )
    assert read.stdout.strip().endswith(f"/check/{certificate.code}/")


@pytest.mark.django_db
def test_only_who_keeps_the_registration_and_the_desk_may_have_it_made(registration: Registration) -> None:
    there(registration, 0)
    stranger, desk = factories.user(), factories.user(is_staff=True, is_superuser=True)
    with pytest.raises(NotYours):
        issue_certificate(registration=registration, language="en", by=stranger)
    assert issue_certificate(registration=registration, language="en", by=desk).is_valid
    client = Client()
    client.force_login(stranger)
    assert [
        client.get(f"/en/my/registrations/{registration.pk}/certificate/{end}").status_code
        for end in ("", "en.pdf")
    ] == [404, 404]


@pytest.mark.django_db
def test_one_click_leads_to_the_file(registration: Registration) -> None:
    there(registration, 0)
    client = Client()
    client.force_login(registration.managed_by)
    address = f"/fr/my/registrations/{registration.pk}/certificate/"
    answer = client.post(address, {"language": "fr"}, follow=True)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert hashlib.sha256(b"".join(answer.streaming_content)).hexdigest() == Certificate.objects.get().sha256
    assert f"{address}fr.pdf" in client.get(address).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["banana", "", "en\x00", "x" * 10_000])
def test_a_language_that_is_none_is_refused_in_words(registration: Registration, language: str) -> None:
    there(registration, 0)
    client = Client()
    client.force_login(registration.managed_by)
    answer = client.post(f"/en/my/registrations/{registration.pk}/certificate/", {"language": language})
    assert (answer.status_code, "error-summary" in answer.content.decode()) == (200, True)
    assert client.get(
        f"/en/my/registrations/{registration.pk}/certificate/{language[:9]}.pdf"
    ).status_code in (
        400,
        404,
    )


# --- once, and again when something changed ----------------------------------------------------------


@pytest.mark.django_db
def test_asked_for_again_it_is_the_same_until_something_on_it_changes(registration: Registration) -> None:
    there(registration, 0)
    first, again, french = issued(registration), issued(registration), issued(registration, "fr")
    there(registration, 1)
    second = issued(registration)
    assert (first.pk, french.pk != first.pk, second.pk != first.pk) == (again.pk, True, True)
    # What the French one says is still so; it lacks a day.
    assert states() == [("replaced", "en"), ("", "en"), ("", "fr")]


def states() -> list[tuple[str, str]]:
    rows = Certificate.objects.order_by("language", "pk").values_list("withdrawn_why", "language")
    return list(rows)


@pytest.mark.django_db
def test_a_name_that_was_corrected_ends_those_with_the_old_one_in_every_language(
    registration: Registration,
) -> None:
    there(registration, 0)
    issued(registration), issued(registration, "fr")
    Registration.objects.update(family_name="Corrected")
    assert issued(registration).name == "Robin Corrected"
    assert states() == [("replaced", "en"), ("", "en"), ("replaced", "fr")]


@pytest.mark.django_db
def test_each_names_a_city_in_its_own_language_whatever_page_it_was_asked_for_on(
    registration: Registration,
) -> None:
    city = factories.organisation(
        name_en="Brussels", name_fr="Bruxelles", name_nl="Brussel", slug="brussels", country="BE"
    )
    Registration.objects.update(organisation=city)
    there(registration, 0)
    client = Client()
    client.force_login(registration.managed_by)
    own = f"my/registrations/{registration.pk}/certificate/"
    for page_in, language in (("en", "fr"), ("fr", "nl"), ("nl", "en"), ("fr", "fr")):
        assert client.post(f"/{page_in}/{own}", {"language": language}).status_code == 302
        for shown_in in ("en", "fr", "nl"):
            assert f"{own}{language}.pdf" in client.get(f"/{shown_in}/{own}").content.decode()
    # As the mail does, in a process that speaks English.
    with translation.override("en"):
        assert issue_certificate(registration=registration, language="fr", by=None).is_valid
    assert list(Certificate.objects.order_by("language").values_list("language", "organisation_name")) == [
        ("en", "Brussels"), ("fr", "Bruxelles"), ("nl", "Brussel"),
    ]  # fmt: skip
    assert states() == [("", "en"), ("", "fr"), ("", "nl")]
    french = Certificate.objects.get(language="fr")
    assert ("Bruxelles" in text_of(french), "Brussels" in text_of(french)) == (True, False)
    city.name_fr = "Ville de Bruxelles"
    city.save()
    with translation.override("en"):
        assert issued(registration, "en").organisation_name == "Brussels"
        assert issued(registration, "fr").organisation_name == "Ville de Bruxelles"
    assert states() == [("", "en"), ("replaced", "fr"), ("", "fr"), ("", "nl")]


@pytest.mark.django_db
def test_who_was_checked_in_gets_none_in_another_name_unless_the_desk_corrects_it(
    registration: Registration,
) -> None:
    keeper, desk = registration.managed_by, factories.user(is_staff=True)
    desk.user_permissions.set(Permission.objects.filter(codename="change_registration"))
    change_registration(
        registration=registration, by=keeper, given_name="Robyn", organisation_name="A town", country="BE"
    )
    there(registration, 0)
    first = issued(registration)
    for name in ("given_name", "family_name", "organisation_name"):
        with pytest.raises(NameStands):
            change_registration(registration=registration, by=keeper, **{name: "Commissioner"})
    client = Client()
    client.force_login(keeper)
    address = f"{registration.get_absolute_url()}change/"
    form = client.get(address).context["form"]
    posted = {
        name: value for name, value in form.initial.items() if value is not None and name in form.fields
    }
    if "category" in posted:
        posted["category"] = registration.category_id
    shown = client.get(address).content.decode()
    assert ("the name and the organisation stand" in shown, shown.count(" disabled")) == (True, 3)
    assert (
        client.post(address, {**posted, "family_name": "Commissioner", "function": "Mayor"}).status_code
        == 302
    )
    registration.refresh_from_db()
    assert (registration.name, registration.function) == (f"Robyn {registration.family_name}", "Mayor")
    assert registration.family_name != "Commissioner"
    assert [row.is_valid for row in Certificate.objects.all()] == [True]
    change_registration(registration=registration, by=desk, family_name="Corrected")
    status, said = page(f"/check/{first.code}/")
    assert (status, "This certificate is valid no more" in said) == (200, True)
    assert issued(registration).name == "Robyn Corrected"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changed",
    [
        {"code": "0" * 12},
        {"name": "Somebody Else"},
        {"organisation_name": "Elsewhere"},
        {"days": [FIRST, FIRST + timedelta(days=1)]},
        {"sha256": "0" * 64},
        {"language": "fr"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_one_that_was_issued_is_not_made_another_one(
    registration: Registration, changed: dict[str, Any]
) -> None:
    there(registration, 0)
    issued(registration)
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.update(**changed)


@pytest.mark.django_db
def test_one_that_ended_stays_ended_and_none_is_of_somebody_who_was_not_there(
    registration: Registration,
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.create(
            edition=registration.edition, registration=registration, days=[FIRST], language="en"
        )
    there(registration, 0)
    certificate = issued(registration)
    desk = factories.user(is_staff=True, is_superuser=True)
    withdraw_certificate(certificate=certificate, by=desk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.update(withdrawn_at=None, withdrawn_why="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.create(
            edition=factories.edition(is_current=False),
            registration=registration,
            days=[FIRST],
            language="fr",
        )


def test_two_requests_at_once_make_one(fresh_db: str) -> None:
    registration = factories.registration(factories.edition())
    there(registration, 0)

    def ask(_number: int) -> int:
        try:
            return issued(Registration.objects.get(pk=registration.pk)).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=6) as people:
        answers = list(people.map(ask, range(6)))
    assert answers == [Certificate.objects.get().pk] * 6
    assert [event.verb for event in registration.events.all()] == ["certified"]


@pytest.mark.django_db
def test_a_name_corrected_while_the_seal_is_made_is_the_one_that_counts(
    registration: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    there(registration, 0)
    made = certificates.made_pdf
    corrected = iter(["Corrected"])

    def slow(*arguments: Any, **options: Any) -> bytes:
        for name in corrected:
            Registration.objects.update(family_name=name)
        return made(*arguments, **options)

    monkeypatch.setattr(certificates, "made_pdf", slow)
    assert (issued(registration).name, Certificate.objects.count()) == ("Robin Corrected", 1)


@pytest.mark.django_db
def test_who_has_very_many_made_is_told_to_wait(registration: Registration) -> None:
    there(registration, 0)
    for number in range(20):
        Registration.objects.update(family_name=f"Example{number}")
        issued(registration)
    Registration.objects.update(family_name="Another")
    with pytest.raises(TooManyCertificates):
        issued(registration)
    assert issue_certificate(registration=registration, language="en", by=None).is_valid


@pytest.mark.django_db
def test_without_a_seal_the_page_says_so_and_makes_none(
    registration: Registration, settings: Any, tmp_path: Path
) -> None:
    there(registration, 0)
    client = Client()
    client.force_login(registration.managed_by)
    address = f"/en/my/registrations/{registration.pk}/certificate/"
    (tmp_path / "old.p12").write_bytes(self_signed("Trial", days=1))
    for path in ("none.p12", "old.p12"):
        settings.SEAL_P12 = str(tmp_path / path)
        answer = client.post(address, {"language": "en"})
        assert (answer.status_code, "can’t be sealed at the moment" in answer.content.decode()) == (503, True)
        assert client.get("/check/").status_code == 200
        with pytest.raises(SealOff):
            issued(registration)
    settings.SEAL_P12 = str(tmp_path / "none.p12")
    assert client.get("/check/seal.cer").status_code == 503
    assert Certificate.objects.count() == 0


@pytest.mark.django_db
def test_a_file_that_no_row_names_any_more_is_swept_and_one_that_is_named_stays(
    registration: Registration,
) -> None:
    there(registration, 0)
    certificate = issued(registration)
    kept = Path(certificate.file.path)
    left = kept.with_name("0" * 32 + ".pdf")
    left.write_bytes(b"%PDF-1.7")
    sweep_files(at=timezone.now() + timedelta(hours=7))
    assert (kept.exists(), left.exists()) == (True, False)


# --- checked by anyone -------------------------------------------------------------------------------


def page(address: str, **data: Any) -> tuple[int, str]:
    """What a stranger is answered: status, and the words of the page."""
    client = Client()
    answer = client.post(address, data) if data else client.get(address)
    assert answer.headers["Cache-Control"] == "no-store"
    assert not answer.cookies
    return answer.status_code, answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["{code}", "{lower}", "{shown}", " {spaced} ", "{mistaken}"])
def test_its_code_is_found_however_it_is_typed(registration: Registration, typed: str) -> None:
    there(registration, 0)
    code = "0100" + new_certificate_code()[4:]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Certificate._meta.get_field("code"), "_get_default", lambda: code)
        assert issued(registration).code == code
    text = typed.format(
        code=code,
        lower=code.lower(),
        shown=f"{code[:4]}-{code[4:8]}-{code[8:]}",
        spaced=" ".join(code),
        mistaken="oIoO" + code[4:],
    )
    status, said = page(f"/check/{text}/")
    assert (status, "This certificate is valid." in said, registration.name in said) == (200, True, True)
    answer = Client().post("/check/?lang=fr", {"code": text})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/check/{code}/?lang=fr")


@pytest.mark.django_db
def test_a_code_that_differs_in_one_letter_is_nobody_s(registration: Registration) -> None:
    there(registration, 0)
    code = issued(registration).code
    altered = [code[:at] + ("7" if code[at] != "7" else "8") + code[at + 1 :] for at in range(len(code))]
    said = [page(f"/check/{one}/") for one in altered]
    assert {status for status, _words in said} == {404}
    assert not any(registration.name in words for _status, words in said)
    assert all("There is no certificate with this code." in words for _status, words in said)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["banana", "x" * 10_000, "%F0%9F%8E%9F", "<script>", "ÄÖÜ", "0" * 11, "ı" * 12]
)
def test_garbage_is_answered_in_words(text: str) -> None:
    status, said = page(f"/check/{text}/")
    assert (status, "There is no certificate with this code." in said, len(said) < 20_000) == (
        404,
        True,
        True,
    )
    assert "<script>" not in said.partition("<body")[2]
    status, said = page("/check/", code=text)
    assert (status, "error-summary" in said, "twelve letters and digits" in said) == (200, True, True)


@pytest.mark.django_db
def test_a_null_character_and_an_empty_form_are_no_accident() -> None:
    assert Client().get("/check/ab%00cd/").status_code == 400
    assert [page("/check/", code=text)[0] for text in ("", " ", "a\x00b")] == [200] * 3
    assert page("/check/", banana="1")[0] == 200


def test_a_code_is_read_as_crockford_means_it() -> None:
    assert [read_code(text) for text in ("oil0-oil0-oil0", "01100110011", "U" * 12, "ſ" * 12, "²" * 12)] == [
        "011001100110", "", "", "", "",
    ]  # fmt: skip


@pytest.mark.django_db
def test_one_that_was_withdrawn_says_so_and_names_nobody(registration: Registration) -> None:
    there(registration, 0)
    desk, certificate = factories.user(is_superuser=True), issued(registration)
    with pytest.raises(NotYours):
        withdraw_certificate(certificate=certificate, by=registration.managed_by)
    withdrawn = withdraw_certificate(certificate=certificate, by=desk)
    assert withdraw_certificate(certificate=certificate, by=desk).withdrawn_at == withdrawn.withdrawn_at
    status, said = page(f"/check/{certificate.code}/")
    assert (status, "This certificate was withdrawn." in said, registration.name in said) == (
        200,
        True,
        False,
    )


@pytest.mark.django_db
def test_one_that_was_replaced_says_so_and_the_newer_one_is_valid(registration: Registration) -> None:
    there(registration, 0)
    old = issued(registration)
    Registration.objects.update(family_name="Corrected")
    new = issued(registration)
    said = [page(f"/check/{one.code}/")[1] for one in (old, new)]
    assert ["a newer one took its place" in words for words in said] == [True, False]
    assert ["This certificate is valid." in words for words in said] == [False, True]
    assert old.name not in said[0]


@pytest.mark.django_db
def test_of_an_erased_person_the_page_holds_no_name(registration: Registration) -> None:
    there(registration, 0)
    certificate = issued(registration)
    content, path = content_of(certificate), Path(certificate.file.path)
    assert path.exists()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("django.db.transaction.on_commit", lambda act, *_, **__: act())
        assert empty_certificates([registration.pk], at=timezone.now()) == 1
    status, said = page(f"/check/{certificate.code}/")
    assert (status, "hold the name no more" in said, registration.name in said) == (200, True, False)
    assert "14 May 2031" in said
    assert not path.exists()
    _status, said = page(f"/check/{certificate.code}/", file=pdf(content))
    assert "This certificate is valid" not in said
    Registration.objects.update(
        given_name="", family_name="", email="", mails_to="manager", erased_at=timezone.now()
    )
    with pytest.raises(Erased):
        issued(registration)


@pytest.mark.django_db
def test_who_asks_for_very_many_codes_that_are_none_is_slowed_and_a_real_one_still_found(
    registration: Registration,
) -> None:
    there(registration, 0)
    code = issued(registration).code
    statuses = {page(f"/check/{number:012d}/")[0] for number in range(45)}
    assert statuses == {404, 429}
    assert page(f"/check/{code}/")[0] == 200


def test_a_code_stands_in_no_log() -> None:
    assert masked("GET /check/7QK2M9XD4TAB/ 404") == "GET /check/•••/ 404"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_the_page_is_in_the_language_asked_for(registration: Registration, language: str) -> None:
    there(registration, 0)
    answer = Client().get(f"/check/{issued(registration).code}/?lang={language}")
    assert answer.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in answer.content.decode()


# --- the file ----------------------------------------------------------------------------------------


def pdf(content: bytes, name: str = "certificate.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


@pytest.mark.django_db
def test_the_file_as_it_was_issued_is_known_with_and_without_its_code(registration: Registration) -> None:
    there(registration, 0)
    certificate = issued(registration)
    content = content_of(certificate)
    for address in ("/check/", f"/check/{certificate.code}/"):
        status, said = page(address, file=pdf(content))
        assert (status, "byte for byte." in said, "Its seal holds." in said) == (200, True, True)
        assert registration.name in said


@pytest.mark.django_db
def test_a_file_that_was_altered_or_added_to_is_not_ours(registration: Registration) -> None:
    there(registration, 0)
    certificate = issued(registration)
    content = content_of(certificate)
    broken = content[:3000] + bytes([content[3000] ^ 1]) + content[3001:]
    asked = {
        "added": (content + b"\n%more", "was changed after it was issued"),
        "revised": (content + b"\n1 0 obj<<>>endobj\n%%EOF\n", "was changed after it was issued"),
        "altered": (broken, "We did not issue this file."),
        "cut": (content[:-30], "We did not issue this file."),
        "another": (b"%PDF-1.7\n" + b"%%EOF\n" * 100_000, "We did not issue this file."),
    }
    for name, (sent, words) in asked.items():
        for address in ("/check/", f"/check/{certificate.code}/"):
            status, said = page(address, file=pdf(sent))
            assert (name, status, words in said, "byte for byte" in said) == (name, 200, True, False)


@pytest.mark.django_db
def test_a_file_of_another_code_is_told_apart(edition: Edition) -> None:
    first, second = (factories.registration(edition) for _person in range(2))
    there(first, 0), there(second, 0)
    ours, other = issued(first), issued(second)
    _status, said = page(f"/check/{ours.code}/", file=pdf(content_of(other)))
    assert "This file is another certificate" in said
    assert second.name not in said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This file is empty."),
        (b"banana", "This is no PDF."),
        (b"%PDF-" + b"x" * 3_000_000, "larger than any certificate"),
    ],
)
def test_what_is_no_certificate_is_refused_in_words(content: bytes, words: str) -> None:
    status, said = page("/check/", file=pdf(content))
    assert (status, words in said, "error-summary" in said) == (200, True, True)


@pytest.mark.django_db
def test_the_seal_s_public_certificate_is_there_for_everyone() -> None:
    answer = Client().get("/check/seal.cer")
    assert (answer.status_code, answer.headers["Content-Type"]) == (HTTPStatus.OK, "application/pkix-cert")
    assert hashlib.sha256(answer.content).hexdigest() == seal_key().fingerprint
    assert seal_key().fingerprint in page("/check/")[1]


# --- the mail ----------------------------------------------------------------------------------------


@pytest.fixture
def over() -> datetime:
    """Half past nine in Brussels on the day after the edition."""
    return datetime(2031, 5, 17, 7, 30, tzinfo=UTC)


def test_each_who_was_there_gets_one_mail_with_the_file_when_the_edition_is_over(
    fresh_db: str, mailbox: Callable[[], list[EmailMessage]], run_worker: Callable[[], None], over: datetime
) -> None:
    edition = factories.edition()
    people = [factories.registration(edition, language=code) for code in ("en", "fr", "nl")]
    absent = factories.registration(edition)
    for person in people:
        there(person, 0, 1)
    assert [tell_of_certificates(at=at) for at in (over - timedelta(hours=1), over, over)] == [0, 3, 0]
    run_worker()
    mails = {str(mail["To"]): mail for mail in mailbox()}
    assert set(mails) == {person.email for person in people}
    assert absent.email not in mails
    for person in people:
        [attached] = mails[person.email].iter_attachments()
        row = Certificate.objects.get(registration=person)
        assert (row.language, attached.get_content_type()) == (person.language, "application/pdf")
        assert hashlib.sha256(attached.get_content()).hexdigest() == row.sha256
        body = mails[person.email].get_body(("plain",))
        assert body is not None
        assert re.search(rf"/{person.language}/my/registrations/{person.pk}/certificate/", body.get_content())
        assert row.code not in body.get_content()


@pytest.mark.django_db
def test_check_ins_that_a_device_brings_late_are_told_of_too_and_old_editions_are_left_alone(
    registration: Registration, over: datetime
) -> None:
    there(registration, 0)
    assert tell_of_certificates(at=over) == 1
    late = factories.registration(registration.edition)
    there(late, 2)
    assert [tell_of_certificates(at=over + timedelta(days=days)) for days in (3, 90)] == [1, 0]
    there(factories.registration(registration.edition), 0)
    assert tell_of_certificates(at=over + timedelta(days=90)) == 0


@pytest.mark.django_db
def test_no_mail_goes_out_while_there_is_no_seal(
    registration: Registration, over: datetime, settings: Any, tmp_path: Path
) -> None:
    there(registration, 0)
    settings.SEAL_P12 = str(tmp_path / "none.p12")
    assert tell_of_certificates(at=over) == 0
    settings.SEAL_P12 = ""
    assert tell_of_certificates(at=over) == 1


@pytest.mark.django_db
def test_a_mail_whose_reason_is_gone_is_not_sent(registration: Registration) -> None:
    [entry] = there(registration, 0)
    entry.undone_at = timezone.now()
    entry.save()
    assert compose("registration/certificate", registration_id=registration.pk) == []
    assert compose("registration/certificate", registration_id=0) == []


# --- the admin ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_organisers_find_one_by_its_code_read_it_and_withdraw_it(registration: Registration) -> None:
    there(registration, 0)
    certificate, desk = issued(registration), factories.user(is_staff=True, is_superuser=True)
    other = factories.registration(registration.edition)
    there(other, 0), issued(other)
    client = Client()
    client.force_login(desk)
    listed = client.get(
        "/admin/registration/certificate/", {"q": certificate.shown_code.lower()}
    ).content.decode()
    assert (certificate.shown_code in listed, other.name in listed) == (True, False)
    address = f"/admin/registration/certificate/{certificate.pk}/"
    file = client.get(f"{address}file/")
    assert hashlib.sha256(b"".join(file.streaming_content)).hexdigest() == certificate.sha256
    assert client.get(f"{address}withdraw/").status_code == 200
    assert client.post(f"{address}withdraw/").status_code == 302
    certificate.refresh_from_db()
    assert certificate.withdrawn_why == "mistake"
    assert f"{address}withdraw/" not in client.get(f"{address}change/").content.decode()
    chosen = {"action": "withdraw", "_selected_action": [row.pk for row in Certificate.objects.all()]}
    client.post("/admin/registration/certificate/", chosen)
    assert [row.withdrawn_why for row in Certificate.objects.all()] == ["mistake", "mistake"]


@pytest.mark.django_db
def test_who_may_only_read_withdraws_none(registration: Registration, robin: User) -> None:
    there(registration, 0)
    certificate = issued(registration)
    User.objects.filter(pk=robin.pk).update(is_staff=True)
    client = Client()
    client.force_login(robin)
    assert client.post(f"/admin/registration/certificate/{certificate.pk}/withdraw/").status_code == 403
    assert client.get(f"/admin/registration/certificate/{certificate.pk}/file/").status_code == 403
