"""How long what offices send is kept, and which rows are over: `declarations.jobs` lets them go every night.

What a signature rests on stays as long as the signature stands, and long enough after its end for a court or a council
to ask about it. What was never sent, or only opened a door, goes soon.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from declarations.models import (
    Evidence,
    Invitation,
    LogOpening,
    MailboxCode,
    Signature,
    SignatureEvent,
    StageSigning,
    Withdrawal,
)
from declarations.triggers import ERASED
from efus_conference.models import Mail

# Whoever names a period on a page takes it from here.
DRAFT_KEPT_FOR = timedelta(days=60)  # after the last link expired under which it could be sent
STAGE_KEPT_FOR = timedelta(days=60)  # after the ceremony ended: who was to sign on stage and did not
CODE_KEPT_FOR = timedelta(days=30)
MAIL_KEPT_FOR = timedelta(days=180)  # copies of what we wrote to offices
# After its signature was refused, withdrawn or superseded; else as long as it stands. So are openings of the log.
EVIDENCE_KEPT_YEARS = 5
DECLINE_REASON_KEPT_YEARS = 1  # after the time for signing ended; without an end, after it was declined

# States in which a signature ended, and comes back from none of them.
ENDED = (
    Signature.State.REFUSED,
    Signature.State.WITHDRAWN,
    Signature.State.SUPERSEDED,
    Signature.State.UNDONE,
)
# Of a draft that no link ever led to, counted from its beginning: as long as a link would have been good.
LINK_GOOD_FOR = timedelta(days=30)


def years_before(at: datetime, years: int) -> datetime:
    """The same day so many years earlier; of the 29th of February the 28th."""
    day = 28 if (at.month, at.day) == (2, 29) else at.day
    return at.replace(year=at.year - years, day=day)


def drafts_that_are_over(at: datetime) -> QuerySet[Signature]:
    """Unsent ones whose office had no link to go on with for `DRAFT_KEPT_FOR`."""
    until = at - DRAFT_KEPT_FOR
    recent = Invitation.objects.filter(signatory=OuterRef("signatory"), expires_at__gt=until)
    return Signature.objects.filter(
        ~Exists(recent), drafted_on_stage=None, state=Signature.State.NEW, made_at__lte=until - LINK_GOOD_FOR
    )


def codes_that_are_over(at: datetime) -> QuerySet[MailboxCode]:
    """All but those on which a withdrawal rests."""
    rests = Withdrawal.objects.filter(code=OuterRef("pk"))
    return MailboxCode.objects.filter(~Exists(rests), made_at__lte=at - CODE_KEPT_FOR)


def evidence_that_is_over(at: datetime) -> QuerySet[Evidence]:
    """Files of signatures that ended so long ago; what is left of a piece without a file is its sum."""
    until = years_before(at, EVIDENCE_KEPT_YEARS)
    later = SignatureEvent.objects.filter(signature=OuterRef("signature"), at__gt=until)
    return Evidence.objects.filter(~Exists(later), signature__state__in=ENDED).exclude(file="")


def openings_that_are_over(at: datetime) -> QuerySet[LogOpening]:
    """What opens the commitments of the log, of signatures that ended so long ago: their proofs hold without it."""
    until = years_before(at, EVIDENCE_KEPT_YEARS)
    later = SignatureEvent.objects.filter(signature=OuterRef("entry__event__signature"), at__gt=until)
    return LogOpening.objects.filter(~Exists(later), entry__event__signature__state__in=ENDED)


def stage_names_that_are_over(at: datetime) -> QuerySet[StageSigning]:
    """Rows of ceremonies that are long over, which name somebody who did not sign: see `not_signing`."""
    rows = StageSigning.objects.filter(ceremony__ended_at__lt=at - STAGE_KEPT_FOR)
    return rows.filter(reduce(or_, map(not_signing, StageSigning.NAMED)))


def not_signing(who: str) -> Q:
    """The rows that name one of `StageSigning.NAMED` on whom no signature rests."""
    is_named = ~Q(**{f"{who}_name__in": ["", ERASED]}) | ~Q(**{f"{who}_office__in": ["", ERASED]})
    if who == "substitute":
        # A substitute who signed is named as who stood in, and a signature rests on that.
        return is_named
    return is_named & (Q(signature=None) | (~Q(stood_in_name="") if who == "signer" else Q(stood_in_name="")))


def reasons_that_are_over(at: datetime) -> QuerySet[Invitation]:
    """Why offices declined, once nobody asks them any more."""
    until = years_before(at, DECLINE_REASON_KEPT_YEARS)
    return (
        Invitation.objects.filter(declined_at__lte=until)
        .exclude(decline_reason="")
        .annotate(over_at=Coalesce("signatory__declaration__signatures_until", "declined_at"))
        .filter(over_at__lte=until)
    )


def mails_that_are_over(at: datetime) -> QuerySet[Mail]:
    return Mail.objects.filter(Q(kind__startswith="declarations/"), sent_at__lte=at - MAIL_KEPT_FOR)
