from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.utils import timezone

from declarations.actions import begin_round, rounds
from declarations.actions.rounds import next_batch
from declarations.models import Invitation, InvitationRun
from efus_conference.models import Mail
from tests.declarations.making import office, officer, published

Mails = Callable[[], list[EmailMessage]]
What = InvitationRun.What


def test_the_worker_invites_and_reminds_each_office_once_though_it_died_in_the_middle(
    fresh_db: str,
    run_worker: Callable[[], None],
    mailbox: Mails,
    client: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rounds, "AT_ONCE", 2)
    declaration, by = published(), officer()
    ids = [office(declaration, by=by).pk for _n in range(3)]
    run = begin_round(declaration=declaration, what=What.INVITE, signatory_ids=ids, by=by)
    next_batch(run_id=run.pk)  # as far as a worker came that was killed then
    run_worker()
    run.refresh_from_db()
    assert [run.done, len(mailbox()), run.finished_at is not None] == [ids, 3, True]
    Invitation.objects.update(sent_at=timezone.now() - timedelta(days=8))
    begin_round(declaration=declaration, what=What.REMIND, signatory_ids=ids, by=by)
    run_worker()
    kinds = list(Mail.objects.order_by("kind").values_list("kind", flat=True))
    assert kinds == ["declarations/invitation"] * 3 + ["declarations/reminder"] * 3
    body = mailbox()[-1].get_body(("plain",))
    assert body is not None
    link = next(word for word in str(body.get_content()).split() if "/sign/" in word)
    assert client.get("/" + link.split("/", 3)[3]).status_code == 200
