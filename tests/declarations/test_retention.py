"""What offices sent goes when its time is over, and not a day before; what a signature rests on stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connections
from django.db.models import F
from django.test import Client
from django.utils import timezone

from declarations import actions
from declarations.actions import Refusal, open_invitation, record_on_paper, refuse, verify
from declarations.actions.forgetting import BATCH, forget_what_is_over
from declarations.log import entries, tree
from declarations.models import (
    Ceremony,
    Evidence,
    Invitation,
    Log,
    LogEntry,
    LogOpening,
    MailboxCode,
    Mandate,
    Signature,
    StageSigning,
    Withdrawal,
)
from declarations.retention import (
    CODE_KEPT_FOR,
    DECLINE_REASON_KEPT_YEARS,
    DRAFT_KEPT_FOR,
    EVIDENCE_KEPT_YEARS,
    MAIL_KEPT_FOR,
    STAGE_KEPT_FOR,
    years_before,
)
from efus_conference.models import Mail
from efus_conference.private_files import private_storage
from tests import factories
from tests.declarations import staging
from tests.declarations.making import (
    answers,
    invited,
    office,
    officer,
    recorded,
    refused_by,
    sent,
    submitted,
    withdrawn,
)

NOTHING = {
    "drafts": 0,
    "codes": 0,
    "evidence": 0,
    "openings": 0,
    "stage": 0,
    "reasons": 0,
    "mails": 0,
    "files": 0,
}
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In that of all tests lie files whose rows were rolled back, or are in another database."""
    # A test that changes the settings gives the site another storage than the one its fields were made with.
    for storage in {
        private_storage(),
        *(getattr(Evidence, name).field.storage for name in ("file", "preview")),
    }:
        monkeypatch.setattr(storage, "location", str(tmp_path))


def age(signature: Signature, by: timedelta) -> None:
    """As if all that happened to it had happened so much earlier: the site's own login cannot rewrite it."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE declarations_signatureevent DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE declarations_signatureevent SET at = at - %s WHERE signature_id = %s", [by, signature.pk]
        )
        cursor.execute("ALTER TABLE declarations_signatureevent ENABLE TRIGGER USER")
    connections["owner"].close()


def years(count: int) -> timedelta:
    now = timezone.now()
    return now - years_before(now, count)


def forget(at: datetime | None = None) -> dict[str, int]:
    return forget_what_is_over(at=at or timezone.now())


def stored(evidence: Evidence) -> list[bool]:
    storage = private_storage()
    return [storage.exists(str(name)) for name in (evidence.file.name, evidence.preview.name)]


def test_of_a_day_that_the_earlier_year_lacks_the_day_before_counts() -> None:
    leap = datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert years_before(leap, 5) == datetime(2023, 2, 28, 12, tzinfo=UTC)
    assert years_before(leap.replace(day=28), 4) == datetime(2024, 2, 28, 12, tzinfo=UTC)


@pytest.mark.usefixtures("fresh_db")
def test_a_draft_goes_with_its_files_once_its_last_link_is_long_over() -> None:
    invitation, _token = invited()
    draft = recorded(invitation)
    evidence = draft.evidence.get()
    over = invitation.expires_at + DRAFT_KEPT_FOR

    assert forget(over - timedelta(seconds=1)) == NOTHING
    assert stored(evidence) == [True, True]

    assert forget(over + timedelta(seconds=1)) == {**NOTHING, "drafts": 1, "mails": 0}
    assert list(Signature.objects.all()) == []
    assert list(Evidence.objects.all()) == []
    assert list(Mandate.objects.all()) == []
    assert stored(evidence) == [False, False]


@pytest.mark.usefixtures("fresh_db")
def test_a_newer_link_keeps_the_draft() -> None:
    invitation, _token = invited()
    draft = recorded(invitation)
    later, _token = invited(invitation.signatory)
    Invitation.objects.filter(pk=later.pk).update(expires_at=later.expires_at + DRAFT_KEPT_FOR)

    forget(invitation.expires_at + DRAFT_KEPT_FOR + DAY)

    assert list(Signature.objects.all()) == [draft]


@pytest.mark.usefixtures("fresh_db")
def test_a_draft_that_no_link_leads_to_goes_as_late_as_one_with_a_link() -> None:
    other, _token = invited()
    draft = Signature.objects.create(signatory=other.signatory)
    Invitation.objects.filter(pk=other.pk).update(expires_at=timezone.now() - DRAFT_KEPT_FOR)
    kept_until = draft.made_at + timedelta(days=30) + DRAFT_KEPT_FOR

    assert forget(kept_until - timedelta(seconds=1))["drafts"] == 0
    assert forget(kept_until)["drafts"] == 1


@pytest.mark.usefixtures("fresh_db")
def test_what_was_recorded_and_stands_stays_for_ever_with_its_files() -> None:
    standing = [submitted(), verify(signature=submitted(), by=officer())]
    files = [signature.evidence.get() for signature in standing]
    for signature in standing:
        age(signature, years(30))

    counted = forget()

    assert (counted["drafts"], counted["evidence"]) == (0, 0)
    assert [stored(evidence) for evidence in files] == [[True, True], [True, True]]


def ended_by_refusal() -> Signature:
    return refuse(signature=submitted(), by=officer(), note="The page is not signed.")


def ended_by_withdrawal() -> Signature:
    return withdrawn(verify(signature=submitted(), by=officer()))


@pytest.mark.usefixtures("fresh_db")
@pytest.mark.parametrize("ended", [ended_by_refusal, ended_by_withdrawal])
def test_the_file_of_what_ended_goes_five_years_later_and_its_sum_stays(ended: Any) -> None:
    signature = ended()
    evidence = signature.evidence.get()
    events = list(signature.events.values_list("kind", flat=True))

    age(signature, years(EVIDENCE_KEPT_YEARS) - DAY)
    assert forget()["evidence"] == 0
    assert stored(evidence) == [True, True]

    age(signature, DAY + timedelta(hours=1))
    assert forget()["evidence"] == 1
    assert forget()["evidence"] == 0

    left = Evidence.objects.get()
    assert (left.file.name, left.preview.name, left.name, left.findings) == ("", "", "", [])
    assert (left.sha256, left.size, left.kind, left.content_type, left.uploaded_at) == (
        evidence.sha256,
        evidence.size,
        evidence.kind,
        evidence.content_type,
        evidence.uploaded_at,
    )
    assert stored(evidence) == [False, False]
    assert list(signature.events.values_list("kind", flat=True)) == events


@pytest.mark.usefixtures("fresh_db")
def test_what_opens_the_log_goes_five_years_after_the_end_and_the_entries_stay() -> None:
    stands, ended = verify(signature=submitted(), by=officer()), ended_by_withdrawal()
    for number, signature in enumerate((stands, ended)):
        log = Log.objects.create(
            declaration=signature.signatory.declaration, origin=f"trial.example/{number}/log"
        )
        tree.append(log, [entries.of_event(signature.events.get(kind="verified"))])
        age(signature, years(EVIDENCE_KEPT_YEARS) - DAY)
    assert forget()["openings"] == 0
    for signature in (stands, ended):
        age(signature, DAY + timedelta(hours=1))
    assert forget()["openings"] == 4
    assert set(LogOpening.objects.values_list("entry__event__signature", flat=True)) == {stands.pk}
    assert LogEntry.objects.count() == 2


@pytest.mark.usefixtures("fresh_db")
def test_the_database_lets_no_file_go_earlier_and_changes_nothing_else_of_it() -> None:
    signature = ended_by_refusal()
    row = Evidence.objects.filter(signature=signature)
    emptied: dict[str, Any] = {"file": "", "preview": "", "name": "", "findings": []}
    rule = "evidence_fixed_once_submitted"

    assert refused_by(lambda: row.update(**emptied)) == rule
    age(signature, years(EVIDENCE_KEPT_YEARS) + DAY)
    assert refused_by(lambda: row.update(**{**emptied, "sha256": "0" * 64})) == rule
    assert refused_by(lambda: row.update(**{**emptied, "name": "another.pdf"})) == rule
    assert refused_by(row.delete) == rule
    assert refused_by(lambda: row.update(**emptied)) == ""

    stands = submitted()
    age(stands, years(EVIDENCE_KEPT_YEARS) + DAY)
    assert refused_by(lambda: Evidence.objects.filter(signature=stands).update(**emptied)) == rule


@pytest.mark.usefixtures("fresh_db")
def test_an_officer_finds_what_is_left_of_a_file_that_went() -> None:
    signature = ended_by_refusal()
    evidence = signature.evidence.get()
    client = Client()
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    address = f"/admin/declarations/evidence/{evidence.pk}"
    sent = client.get(f"{address}/download/")
    assert b"".join(sent.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    sent.close()

    age(signature, years(EVIDENCE_KEPT_YEARS) + DAY)
    forget()

    assert [client.get(f"{address}/{what}/").status_code for what in ("download", "preview")] == [404, 404]
    for page in (f"{address}/change/", f"/admin/declarations/signature/{signature.pk}/change/"):
        answer = client.get(page)
        assert answer.status_code == 200
        assert evidence.sha256 in answer.content.decode()
        assert f"{address}/preview/" not in answer.content.decode()
    assert str(Evidence.objects.get()) == "signed page"


@pytest.mark.usefixtures("fresh_db")
def test_codes_go_after_a_month_but_for_those_a_withdrawal_rests_on() -> None:
    signature = submitted()
    invitation = signature.invitation
    assert invitation is not None
    made = timezone.now()
    spent, rested_on, fresh = (
        MailboxCode.objects.create(
            mailbox=invitation.mailbox,
            purpose="withdraw",
            language="en",
            expires_at=made,
            used_at=made,
        )
        for _ in range(3)
    )
    Withdrawal.objects.create(
        signature=signature,
        reason="The council decided otherwise.",
        entered_by=signature.events.get().actor,
        code=rested_on,
    )
    MailboxCode.objects.filter(pk=fresh.pk).update(made_at=made + DAY)

    assert forget(made + CODE_KEPT_FOR - DAY)["codes"] == 0
    assert forget(spent.made_at + CODE_KEPT_FOR)["codes"] == 1
    assert set(MailboxCode.objects.all()) == {rested_on, fresh}


def declined(at: datetime, *, until: datetime | None) -> Invitation:
    invitation, _token = invited()
    declaration = invitation.signatory.declaration
    declaration.signatures_until = until
    declaration.save(update_fields=["signatures_until"])
    Invitation.objects.filter(pk=invitation.pk).update(
        declined_at=at, decline_reason="The council has not met."
    )
    return invitation


@pytest.mark.usefixtures("fresh_db")
def test_why_an_office_declined_goes_a_year_after_the_time_for_signing() -> None:
    now = timezone.now()
    year = years(DECLINE_REASON_KEPT_YEARS)
    without_an_end = declined(now - year - DAY, until=None)
    over = declined(now - 2 * year, until=now - year - DAY)
    over_since_less = declined(now - 2 * year, until=now - year + DAY)
    declined_since_less = declined(now - year + DAY, until=now - 2 * year)

    assert forget()["reasons"] == 2

    kept = Invitation.objects.exclude(decline_reason="")
    assert set(kept) == {over_since_less, declined_since_less}
    assert set(Invitation.objects.exclude(declined_at=None)) == {
        without_an_end,
        over,
        over_since_less,
        declined_since_less,
    }


@pytest.mark.usefixtures("fresh_db")
def test_the_database_lets_no_reason_go_within_the_year_nor_change_into_another() -> None:
    now = timezone.now()
    fresh = Invitation.objects.filter(pk=declined(now, until=None).pk)
    old = Invitation.objects.filter(pk=declined(now - years(1) - DAY, until=None).pk)
    rule = "invitation_keeps_its_sender"

    assert refused_by(lambda: fresh.update(decline_reason="")) == rule
    assert refused_by(lambda: old.update(decline_reason="Never asked.")) == rule
    assert refused_by(lambda: old.update(decline_reason="", declined_at=None)) == rule
    assert refused_by(lambda: old.update(decline_reason="")) == ""


@pytest.mark.usefixtures("fresh_db")
def test_copies_of_mails_to_offices_go_and_others_stay() -> None:
    to_an_office, to_a_person = (
        Mail.objects.create(
            kind=kind, to="office@town.example", language="en", subject="About it", text="Good morning."
        )
        for kind in ("declarations/invitation", "registration/received")
    )

    assert forget(to_an_office.sent_at + MAIL_KEPT_FOR - DAY) == NOTHING
    assert forget(to_an_office.sent_at + MAIL_KEPT_FOR) == {**NOTHING, "mails": 1}
    assert list(Mail.objects.all()) == [to_a_person]


@pytest.mark.usefixtures("fresh_db")
def test_more_than_a_batch_goes_in_one_night() -> None:
    invitation, _token = invited()
    open_invitation(invitation=invitation, language="en")
    codes = [
        MailboxCode(
            mailbox=invitation.mailbox, purpose="record", language="en", expires_at=invitation.expires_at
        )
        for _ in range(BATCH + 1)
    ]
    MailboxCode.objects.bulk_create(codes)
    over = invitation.expires_at + DRAFT_KEPT_FOR + DAY

    assert forget(over) == {**NOTHING, "drafts": 1, "codes": BATCH + 1}


def test_a_file_whose_record_was_refused_goes_after_a_day(db: None) -> None:
    kept = submitted().evidence.get()
    signatory = office()
    before = set(private_storage().listdir("evidence")[1])
    with pytest.raises(Refusal):
        record_on_paper(
            signatory=signatory,
            answers=answers(signed_on=timezone.localdate() + timedelta(days=9)),
            files={"signed_page": sent()},
            by=officer(),
        )
    left = set(private_storage().listdir("evidence")[1]) - before
    assert (len(left), Evidence.objects.filter(signature__signatory=signatory).count()) == (2, 0)
    assert forget(timezone.now() + timedelta(hours=23)) == NOTHING
    assert forget(timezone.now() + timedelta(hours=25)) == {**NOTHING, "files": 2}
    assert set(private_storage().listdir("evidence")[1]) == before
    assert stored(kept) == [True, True]


def test_more_files_without_a_row_than_a_few_are_all_left_to_somebody_who_looks(
    db: None, caplog: pytest.LogCaptureFixture
) -> None:
    # As in the folder of another database, or beside one that was not restored whole.
    for number in range(11):
        private_storage().save(f"evidence/{number}.pdf", ContentFile(b"signed"))
    after = timezone.now() + 2 * DAY
    assert forget(after) == NOTHING
    assert len(private_storage().listdir("evidence")[1]) == 11
    assert [record.levelname for record in caplog.records] == ["ERROR"]

    private_storage().delete("evidence/0.pdf")
    assert forget(after) == {**NOTHING, "files": 10}
    assert private_storage().listdir("evidence")[1] == []


@pytest.mark.usefixtures("fresh_db")
def test_who_was_to_sign_on_stage_and_did_not_is_named_there_no_longer_than_sixty_days() -> None:
    on = staging.ceremony()
    deputy = {"substitute_name": "Deputy Example", "substitute_office": "Deputy"}
    signings = [staging.cleared(on, **deputy) for _number in range(3)]
    absent = actions.record_absent(signing=signings[0], by=officer(), seen=signings[0].version)
    mayor = staging.published_from_stage(staging.confirmed(signings[1]))
    instead = actions.Substitute("Deputy Example", "Deputy")
    stood_in = staging.published_from_stage(
        staging.confirmed(staging.recorded(signings[2], substitute=instead))
    )
    ended = actions.end_ceremony(ceremony=Ceremony.objects.get(pk=on.pk), by=officer())
    rows = StageSigning.objects.filter(ceremony=on).order_by("pk")
    cleared = ["Robin Example", "Mayor", "Deputy Example", "Deputy"]
    named = [[*cleared, "", ""], [*cleared, "", ""], [*cleared, "Deputy Example", "Deputy"]]
    fields = [f"{who}_{what}" for who in StageSigning.NAMED for what in ("name", "office")]

    def strike_out() -> None:
        rows.filter(pk=absent.pk).update(signer_name="•••", signer_office="•••", version=F("version") + 1)

    assert forget() == NOTHING
    assert refused_by(strike_out) == "cleared_stays_as_cleared"
    assert [list(row) for row in rows.values_list(*fields)] == named

    back = STAGE_KEPT_FOR + DAY
    Ceremony.objects.filter(pk=on.pk).update(opened_at=F("opened_at") - back, ended_at=ended.ended_at - back)
    assert forget(timezone.now() - 2 * DAY) == NOTHING
    assert [forget()["stage"], forget()["stage"]] == [3, 0]
    assert [list(row) for row in rows.values_list(*fields)] == [
        ["•••", "•••", "•••", "•••", "", ""],
        ["Robin Example", "Mayor", "•••", "•••", "", ""],
        ["•••", "•••", "•••", "•••", "Deputy Example", "Deputy"],
    ]
    assert [mayor.signature.signer_name, stood_in.signature.signer_name] == [
        "Robin Example",
        "Deputy Example",
    ]
    refused = rows.filter(pk=mayor.pk)
    assert (
        refused_by(lambda: refused.update(signer_name="Somebody Else", version=F("version") + 1))
        == "cleared_stays_as_cleared"
    )
