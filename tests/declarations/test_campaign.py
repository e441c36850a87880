from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from declarations.actions import begin_round, invite, set_mailbox, stop_round, verify
from declarations.actions.rounds import next_batch
from declarations.campaign import Stage, campaign_of, chosen, reminders_due
from declarations.models import Declaration, Invitation, InvitationRun, Signatory
from efus_conference.models import Mail, User
from tests import factories
from tests.declarations.making import invited, office, officer, published, submitted, withdrawn

pytestmark = pytest.mark.django_db


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def only(*names: str) -> User:
    user = officer()
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="declarations", codename__in=names)
    )
    return user


def at(declaration: Declaration, rest: str = "") -> str:
    return f"/admin/declarations/declaration/{declaration.pk}/campaign/{rest}"


def said(response: Any) -> list[str]:
    return [str(message) for message in response.wsgi_request._messages]


def change(invitation: Invitation, **values: Any) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(**values)


def one_of_each(declaration: Declaration) -> dict[str, Signatory]:
    """An office at each stage, by its name."""
    by, ago, now = officer(), timezone.now() - timedelta(days=8), timezone.now()
    found = {"no_mailbox": factories.signatory(declaration)}
    for name in (
        "not_invited invited late opened expired declined recorded verified withdrawn".split()  # noqa: SIM905
    ):
        found[name] = office(declaration, by=by)
    for name in ("invited", "late", "opened", "expired", "declined"):
        invitation, _token = invited(found[name], by=by)
        change(
            invitation,
            **{
                "invited": {},
                "late": {"sent_at": ago},
                "opened": {"sent_at": ago, "opened_at": ago},
                "expired": {"expires_at": now},
                "declined": {"declined_at": now, "decline_reason": "Our council said no."},
            }[name],
        )
    submitted(found["recorded"], by=by)
    verify(signature=submitted(found["verified"], by=by), by=officer())
    withdrawn(verify(signature=submitted(found["withdrawn"], by=by), by=officer()))
    return found


def came_back(email: str) -> None:
    Mail.objects.create(
        kind="declarations/invitation",
        to=email,
        bounce=Mail.Bounce.FAILED,
        bounce_status="5.1.1",
        bounced_at=timezone.now(),
    )


def test_each_office_stands_at_one_stage_and_it_is_said_who_needs_what() -> None:
    declaration = published()
    found = one_of_each(declaration)
    campaign = campaign_of(declaration)
    shown = {
        office.pk: (office.stage, bool(office.reminder), office.needs_invitation)
        for office in campaign.offices
    }
    assert {name: shown[one.pk] for name, one in found.items()} == {
        "no_mailbox": (Stage.NO_MAILBOX, False, False),
        "not_invited": (Stage.NOT_INVITED, False, True),
        "invited": (Stage.INVITED, False, False),
        "late": (Stage.INVITED, True, False),
        "opened": (Stage.OPENED, True, False),
        "expired": (Stage.EXPIRED, False, True),
        "declined": (Stage.DECLINED, False, False),
        "recorded": (Stage.RECORDED, False, False),
        "verified": (Stage.VERIFIED, False, False),
        "withdrawn": (Stage.WITHDRAWN, False, False),
    }
    assert [(name, count) for name, count, _filter in campaign.figures()] == [
        ("Offices", 10),
        ("Invited", 8),
        ("Opened", 4),
        ("Recorded", 2),
        ("Verified", 1),
        ("Declined", 1),
        ("Withdrawn", 1),
        ("Expired", 1),
    ]


def test_the_figures_by_country_add_up_to_those_of_all() -> None:
    declaration = published()
    one_of_each(declaration)
    campaign = campaign_of(declaration)
    sums = [sum(row[at] for _code, _name, row in campaign.by_country()) for at in range(8)]
    assert sums == [count for _name, count, _filter in campaign.figures()]


def test_a_mailbox_from_which_mails_come_back_needs_another_address_and_no_reminder() -> None:
    declaration = published()
    invitation, _token = invited(office(declaration))
    change(invitation, sent_at=timezone.now() - timedelta(days=8))
    came_back("office@town.example")
    (shown,) = campaign_of(declaration).offices
    assert [shown.bounce, shown.reminder, shown.needs_invitation] == ["5.1.1", "", False]


def test_the_task_on_the_first_page_counts_whom_the_campaign_would_remind() -> None:
    declaration, by = published(), officer()
    ago = timezone.now() - timedelta(days=8)
    offices = [factories.signatory(declaration) for _name in ("silent", "unreachable", "just written to")]
    for number, signatory in enumerate(offices):
        set_mailbox(signatory=signatory, email=f"office{number}@town.example", by=by)
        invitation, _token = invited(signatory, by=by)
        change(invitation, sent_at=ago if number < 2 else timezone.now())
    came_back("office1@town.example")
    due = [row.signatory_id for row in reminders_due()]
    assert due == [each.pk for each in campaign_of(declaration).offices if each.reminder] == [offices[0].pk]


def test_when_the_time_is_over_no_link_is_open() -> None:
    declaration = published()
    invited(office(declaration))
    declaration.signatures_until = timezone.now()
    declaration.save()
    (shown,) = campaign_of(declaration).offices
    assert [shown.stage, shown.has_open_link] == [Stage.EXPIRED, False]


def test_filters_leave_those_that_are_like_it_and_nonsense_leaves_none() -> None:
    declaration = published()
    found = one_of_each(declaration)
    campaign = campaign_of(declaration)

    def left(**filters: str) -> set[int]:
        return {office.pk for office in chosen(campaign, filters)}

    assert left(stage="declined") == {found["declined"].pk}
    assert left(came="verified") == {found["verified"].pk}
    assert left(needs="reminder") == {found[name].pk for name in ("late", "opened")}
    assert left(q=found["late"].organisation.name) == {found["late"].pk}
    assert [left(**{name: "banana"}) for name in ("stage", "came", "country", "language", "needs")] == [
        set()
    ] * 5


def test_the_page_costs_the_same_with_one_office_and_with_many(
    django_assert_max_num_queries: Any,
) -> None:
    declaration = published()
    browser = as_(officer(is_superuser=True))
    browser.get(at(declaration))
    one_of_each(declaration)
    for _n in range(10):
        invited(office(declaration))
    with django_assert_max_num_queries(22):
        assert browser.get(at(declaration)).status_code == 200


def test_the_page_and_its_sheet_show_the_same_and_are_for_officers() -> None:
    declaration = published()
    one_of_each(declaration)
    page = as_(officer(is_superuser=True)).get(at(declaration)).content.decode()
    assert "Our council said no." in page
    file = as_(officer(is_superuser=True)).get(at(declaration, "?as=xlsx&stage=declined"))
    rows = list(openpyxl.load_workbook(BytesIO(file.content)).worksheets[0].values)
    assert [len(rows), rows[1][5], rows[1][-1]] == [2, "declined", "Our council said no."]
    readers = [only(), only("view_signatory"), only("view_signatory", "view_invitation", "view_signature")]
    assert [as_(user).get(at(declaration)).status_code for user in readers] == [403, 403, 200]


def test_a_round_is_asked_about_first_and_its_page_says_what_came_of_it() -> None:
    declaration = published()
    found = one_of_each(declaration)
    browser = as_(officer(is_superuser=True))
    asked = browser.get(at(declaration, "round/?what=invite"))
    assert [office.pk for office in asked.context["ready"]] == [
        office.pk for office in campaign_of(declaration).offices if office.needs_invitation
    ]
    assert len(asked.context["left_out"]) == 8
    assert InvitationRun.objects.count() == 0
    answer = browser.post(at(declaration, "round/"), {"what": "invite", "chosen": asked.context["ids"]})
    run = InvitationRun.objects.get()
    assert answer.url == at(declaration, f"round/{run.pk}/")
    page = browser.get(answer.url).content.decode()
    assert [
        sentence in page for sentence in ("Inviting 2 offices …", "0 of 2 are dealt with.", "It stands still")
    ] == [
        True,
        True,
        False,
    ]
    InvitationRun.objects.update(started_at=timezone.now() - timedelta(minutes=2))
    assert "It stands still" in browser.get(answer.url).content.decode()
    next_batch(run_id=run.pk)
    page = browser.get(answer.url).content.decode()
    assert ["2 offices were invited." in page, str(found["expired"].organisation) in page] == [True, True]
    rows = list(
        openpyxl.load_workbook(BytesIO(browser.get(f"{answer.url}?as=xlsx").content)).worksheets[0].values
    )
    assert [len(rows), {row[1] for row in rows[1:]}] == [3, {"invited"}]


def test_a_second_round_waits_for_the_first_and_a_round_can_be_stopped() -> None:
    declaration = published()
    signatory = office(declaration)
    run = begin_round(
        declaration=declaration, what=InvitationRun.What.INVITE, signatory_ids=[signatory.pk], by=officer()
    )
    browser = as_(officer(is_superuser=True))
    second = browser.post(at(declaration, "round/"), {"what": "invite", "chosen": str(signatory.pk)})
    assert said(second)[0].startswith("A round of invitations or reminders")
    page = at(declaration, f"round/{run.pk}/")
    browser.post(page, {"what": "go_on"})
    browser.post(page, {"what": "stop"})
    assert said(browser.post(page, {"what": "stop"}))[-1] == "This round is over."
    assert "The round was stopped before this office’s turn." in browser.get(page).content.decode()
    reader = as_(only("view_signatory", "view_invitation", "view_signature"))
    assert [
        reader.get(page).status_code,
        reader.post(page, {"what": "stop"}).status_code,
        reader.post(at(declaration, "round/"), {"what": "invite", "chosen": "1"}).status_code,
    ] == [200, 403, 403]


def test_nonsense_is_answered_calmly() -> None:
    declaration, other = published(), published()
    signatory = office(other)
    run = begin_round(
        declaration=other, what=InvitationRun.What.INVITE, signatory_ids=[signatory.pk], by=officer()
    )
    stop_round(run=run)
    browser = as_(officer(is_superuser=True))
    long = "x" * 10_000
    statuses = [
        browser.get(at(declaration, f"?q={long}&stage=banana&p=banana&country=%F0&needs=banana")).status_code,
        browser.get(at(declaration, "round/?what=banana")).status_code,
        browser.post(
            at(declaration, "round/"), {"what": "invite", "chosen": "banana,\0,99999999999999999999"}
        ).status_code,
        browser.get(at(declaration, f"round/{run.pk}/")).status_code,
        browser.post(at(declaration)).status_code,
        browser.get("/admin/declarations/declaration/999999/campaign/").status_code,
    ]
    assert statuses == [200, 404, 302, 404, 405, 404]
    # An id of another declaration's signatory is refused in its turn.
    browser.post(at(declaration, "round/"), {"what": "invite", "chosen": str(signatory.pk)})
    strange = InvitationRun.objects.get(declaration=declaration)
    next_batch(run_id=strange.pk)
    strange.refresh_from_db()
    assert [strange.done, strange.refused] == [[], [[signatory.pk, "NotThereAnyMore"]]]


def test_an_office_that_declined_is_invited_again_on_its_own_page_only() -> None:
    declaration = published()
    invitation, _token = invited(office(declaration))
    change(invitation, declined_at=timezone.now())
    asked = as_(officer(is_superuser=True)).get(at(declaration, "round/?what=invite"))
    (left,) = asked.context["left_out"]
    assert [asked.context["ready"], left[1]] == [
        [],
        "It declined. Invite it on its own page, if it asks for it.",
    ]
    invite(signatory=invitation.signatory, by=officer())
    assert campaign_of(declaration).offices[0].stage == Stage.INVITED


def test_an_office_that_withdrew_is_invited_again_on_its_own_page_only() -> None:
    declaration = published()
    signature = withdrawn(verify(signature=submitted(office(declaration)), by=officer()))
    browser = as_(officer(is_superuser=True))
    page = browser.get(at(declaration))
    (left,) = browser.get(at(declaration, "round/?what=invite")).context["left_out"]
    assert [page.context["to_invite"], page.context["withdrawn"][0].signatory, left[1]] == [
        0,
        signature.signatory,
        "It withdrew its signature. Invite it on its own page, if it asks for it.",
    ]
    assert ("Withdrawn", 1, "stage=withdrawn") in page.context["figures"]
    invite(signatory=signature.signatory, by=officer())
    assert campaign_of(declaration).offices[0].stage == Stage.INVITED


def test_a_button_reminds_as_many_as_it_says() -> None:
    declaration = published()
    due, fresh = invited(office(declaration))[0], invited(office(declaration))[0]
    change(due, sent_at=timezone.now() - timedelta(days=8))
    browser = as_(officer(is_superuser=True))
    asked = browser.get(at(declaration, "round/?what=remind"))
    page = asked.content.decode()
    assert [
        asked.context["ids"],
        asked.context["lately_ids"],
        "Remind 1 office</button>" in page,
        "Remind these and the 1 office that was written to less than a week ago</button>" in page,
    ] == [str(due.signatory_id), str(fresh.signatory_id), True, True]
    sent = {"what": "remind", "chosen": asked.context["ids"], "lately": asked.context["lately_ids"]}
    rounds = []
    for more in ({}, {"insists": "on"}):
        browser.post(at(declaration, "round/"), {**sent, **more})
        run = InvitationRun.objects.get(finished_at=None)
        rounds.append(run.todo)
        next_batch(run_id=run.pk)
    assert rounds == [[due.signatory_id], [due.signatory_id, fresh.signatory_id]]


def test_where_all_were_written_to_this_week_one_button_says_so() -> None:
    declaration = published()
    invited(office(declaration))
    page = as_(officer(is_superuser=True)).get(at(declaration, "round/?what=remind")).content.decode()
    assert ["Remind the 1 office all the same</button>" in page, "Remind 1 office" in page] == [True, False]


def test_what_takes_no_signatures_offers_no_invitation_and_says_which_switch_is_missing() -> None:
    declaration = published()
    office(declaration)
    browser = as_(officer(is_superuser=True))
    before = browser.get(at(declaration)).content.decode()
    declaration.is_open_to_signatures = False
    declaration.save()
    after = browser.get(at(declaration)).content.decode()
    assert [
        ["Invite from a spreadsheet" in page, "Open to more signatories" in page] for page in (before, after)
    ] == [
        [True, False],
        [False, True],
    ]


def test_who_withdrew_or_declined_since_the_page_was_shown_is_left_in_peace() -> None:
    declaration = published()
    gone, no, still = office(declaration), office(declaration), office(declaration)
    browser = as_(officer(is_superuser=True))
    ids = browser.get(at(declaration, "round/?what=invite")).context["ids"]
    change(invited(no)[0], declined_at=timezone.now())
    withdrawn(verify(signature=submitted(gone), by=officer()))
    browser.post(at(declaration, "round/"), {"what": "invite", "chosen": ids})
    assert InvitationRun.objects.get().todo == [still.pk]
