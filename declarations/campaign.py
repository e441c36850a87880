"""How far the offices of a declaration have come, each and in all: what an officer runs a campaign by.

Read in six queries, however many offices there are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from declarations.actions.invitations import BETWEEN_REMINDERS
from declarations.models import Declaration, Invitation, Mailbox, Signatory, Signature, SignatureEvent
from efus_conference.models import Mail
from efus_conference.models.organisations import country_name
from efus_conference.sorting import translated_sort_key

State = Signature.State
Times = dict[int, datetime]  # by id of a signatory, when it first came so far


class Stage(models.TextChoices):
    """Where an office stands; each stands in one."""

    NO_MAILBOX = "no_mailbox", gettext_lazy("no mailbox set")
    NOT_INVITED = "not_invited", gettext_lazy("not invited")
    INVITED = "invited", pgettext_lazy("stage", "invited")
    OPENED = "opened", gettext_lazy("opened the link")
    BEGUN = "begun", gettext_lazy("began to record")
    EXPIRED = "expired", gettext_lazy("link expired or revoked")
    DECLINED = "declined", pgettext_lazy("stage", "declined")
    RECORDED = "recorded", gettext_lazy("recorded, to be verified")
    INFORMATION = "information", gettext_lazy("asked for information")
    VERIFIED = "verified", gettext_lazy("verified")
    HISTORICAL = "historical", gettext_lazy("historical record")
    REFUSED = "refused", gettext_lazy("refused")
    WITHDRAWN = "withdrawn", gettext_lazy("withdrawn")


OF_STATE = {
    State.SUBMITTED: Stage.RECORDED,
    State.UNDER_REVIEW: Stage.RECORDED,
    State.NEEDS_INFORMATION: Stage.INFORMATION,
    State.CONFIRMED: Stage.VERIFIED,  # by two on stage; public in a moment
    State.VERIFIED: Stage.VERIFIED,
    State.HISTORICAL: Stage.HISTORICAL,
}
ENDED = {State.REFUSED: Stage.REFUSED, State.WITHDRAWN: Stage.WITHDRAWN}
HAS_SIGNED = {Stage.RECORDED, Stage.INFORMATION, Stage.VERIFIED, Stage.HISTORICAL}
# Who declined or withdrew is invited again on its own page only, where it asks for it.
WITHOUT_OPEN_LINK = {Stage.NOT_INVITED, Stage.EXPIRED, Stage.REFUSED}


@dataclass(frozen=True)
class Office:
    """One signatory of the campaign; `invitation` is the last one, `bounce` the mail server's status code."""

    signatory: Signatory
    stage: Stage
    mailbox: str
    invitation: Invitation | None
    has_open_link: bool
    bounce: str
    reminder: str  # why it should be reminded, or ""

    @property
    def pk(self) -> int:
        return self.signatory.pk

    @property
    def written_at(self) -> datetime | None:
        """When it was last invited or reminded."""
        return (self.invitation.reminded_at or self.invitation.sent_at) if self.invitation else None

    @property
    def needs_invitation(self) -> bool:
        """There is a mailbox, and neither a signature, nor an open link, nor a word that it does not sign."""
        return bool(self.mailbox) and not self.bounce and self.stage in WITHOUT_OPEN_LINK

    @property
    def can_be_reminded(self) -> bool:
        """It has an open link, and not one to mend a signature that stands."""
        return self.has_open_link and self.stage not in HAS_SIGNED - {Stage.INFORMATION}

    @property
    def decline_reason(self) -> str:
        return self.invitation.decline_reason if self.invitation and self.stage == Stage.DECLINED else ""


@dataclass(frozen=True)
class Campaign:
    """All offices of a declaration by name, and when each first was invited, opened, recorded, was verified."""

    declaration: Declaration
    offices: Sequence[Office]
    invited: Times
    opened: Times
    recorded: Times
    verified: Times

    def figures(self) -> list[tuple[str, int, str]]:
        """(what, how many, the filter that shows them): those of the way by how many ever came so far."""
        stages = Counter(office.stage for office in self.offices)
        return [
            (_("Offices"), len(self.offices), ""),
            (_("Invited"), len(self.invited), "came=invited"),
            (_("Opened"), len(self.opened), "came=opened"),
            (_("Recorded"), len(self.recorded), "came=recorded"),
            (_("Verified"), len(self.verified), "came=verified"),
            (_("Declined"), stages[Stage.DECLINED], f"stage={Stage.DECLINED}"),
            (_("Withdrawn"), stages[Stage.WITHDRAWN], f"stage={Stage.WITHDRAWN}"),
            (_("Expired"), stages[Stage.EXPIRED], f"stage={Stage.EXPIRED}"),
        ]

    def came(self) -> dict[str, Times]:
        return {
            "invited": self.invited,
            "opened": self.opened,
            "recorded": self.recorded,
            "verified": self.verified,
        }

    def by_country(self) -> list[tuple[str, str, list[int]]]:
        """(code, name, offices · invited · opened · recorded · verified · declined · withdrawn · expired), by name."""
        counts: dict[str, list[int]] = defaultdict(lambda: [0] * 8)
        for office in self.offices:
            row = counts[office.signatory.organisation.country]
            row[0] += 1
            for at, times in enumerate(self.came().values(), start=1):
                row[at] += office.pk in times
            row[5] += office.stage == Stage.DECLINED
            row[6] += office.stage == Stage.WITHDRAWN
            row[7] += office.stage == Stage.EXPIRED
        named = [(code, country_name(code) or _("No country"), row) for code, row in counts.items()]
        return sorted(named, key=lambda each: (not each[0], each[1].casefold()))


def campaign_of(declaration: Declaration, at: datetime | None = None) -> Campaign:
    at = at or timezone.now()
    of_it: dict[str, Declaration] = {"signatory__declaration": declaration}
    signatories: QuerySet[Signatory] = (
        Signatory.objects.filter(declaration=declaration)
        .select_related("organisation")
        .order_by(translated_sort_key("organisation__name"), "pk")
    )
    mailboxes: dict[int, str] = {}
    for pk, email in Mailbox.objects.registered().filter(**of_it).values_list("signatory", "email"):
        mailboxes.setdefault(pk, email)
    invitations: dict[int, list[Invitation]] = defaultdict(list)
    for invitation in Invitation.objects.filter(**of_it).with_usable(at).order_by("pk"):
        invitations[invitation.signatory_id].append(invitation)
    states: dict[int, list[str]] = defaultdict(list)
    for pk, state in Signature.objects.filter(**of_it).order_by("pk").values_list("signatory", "state"):
        states[pk].append(state)
    bounces = dict(
        Mail.objects.undelivered()
        .filter(to__in=set(mailboxes.values()), kind__startswith="declarations/")
        .order_by("bounced_at")
        .values_list("to", "bounce_status")
    )
    offices = [
        _office(
            one,
            mailboxes.get(one.pk, ""),
            invitations[one.pk],
            states[one.pk],
            bounces.get(mailboxes.get(one.pk, ""), ""),
            at,
        )
        for one in signatories
    ]
    events: dict[str, Times] = {"submitted": {}, "verified": {}}
    happened = SignatureEvent.objects.filter(signature__signatory__declaration=declaration, kind__in=events)
    for pk, kind, moment in happened.order_by("-at").values_list("signature__signatory", "kind", "at"):
        # Of those that still count: a signature that was withdrawn is none.
        if OF_STATE.keys() & set(states[pk]):
            events[kind][pk] = moment
    return Campaign(
        declaration,
        offices,
        invited={pk: rows[0].made_at for pk, rows in invitations.items() if rows},
        opened={
            pk: min(row.opened_at for row in rows if row.opened_at)
            for pk, rows in invitations.items()
            if any(row.opened_at for row in rows)
        },
        recorded=events["submitted"],
        verified={pk: moment for pk, moment in events["verified"].items() if State.VERIFIED in states[pk]},
    )


def _office(
    signatory: Signatory,
    mailbox: str,
    invitations: list[Invitation],
    states: list[str],
    bounce: str,
    at: datetime,
) -> Office:
    last = invitations[-1] if invitations else None
    is_open = bool(getattr(last, "is_usable", False))
    stage = _stage(last, is_open, states, has_mailbox=bool(mailbox))
    reminder = ""
    if is_open and last is not None and not bounce:
        written = last.reminded_at or last.sent_at
        if written is not None and at - written >= BETWEEN_REMINDERS:
            reminder = _why(stage)
    return Office(signatory, stage, mailbox, last, is_open, bounce, reminder)


def _stage(last: Invitation | None, is_open: bool, states: list[str], *, has_mailbox: bool) -> Stage:
    for state, stage in OF_STATE.items():
        if state in states:
            return stage
    if last is not None and is_open:
        if State.NEW in states and last.opened_at:
            return Stage.BEGUN
        return Stage.OPENED if last.opened_at else Stage.INVITED
    if last is not None and last.declined_at:
        return Stage.DECLINED
    ended = [ENDED[State(state)] for state in states if state in ENDED]
    if ended:
        return ended[-1]
    if not has_mailbox:
        return Stage.NO_MAILBOX
    return Stage.EXPIRED if last is not None else Stage.NOT_INVITED


def _why(stage: Stage) -> str:
    return {
        Stage.INVITED: _("Nobody there has asked for the code yet."),
        Stage.OPENED: _("Somebody asked for the code and recorded nothing."),
        Stage.BEGUN: _("It began to record and did not finish."),
        Stage.INFORMATION: _("It was asked for information and has not answered."),
    }.get(stage, "")


def chosen(
    campaign: Campaign, filters: Mapping[str, str] | None = None, *, ids: Iterable[int] | None = None
) -> list[Office]:
    """The offices that filters leave: `stage`, `came`, `country`, `language`, `needs`, `q`.

    What is no such value leaves none.
    """
    given = filters or {}
    stage, came, country, language, needs = (
        given.get(name, "") for name in ("stage", "came", "country", "language", "needs")
    )
    wanted = None if ids is None else set(ids)
    reached = campaign.came().get(came, {}) if came else None
    text = given.get("q", "").strip().casefold()

    def is_wanted(office: Office) -> bool:
        organisation = office.signatory.organisation
        return (
            (not stage or office.stage == stage)
            and (reached is None or office.pk in reached)
            and (not country or (organisation.country or "-") == country)
            and (not language or office.signatory.language == language)
            and (not needs or needs in needs_of(office))
            and (
                not text or text in f"{organisation.name} {organisation.endonym} {office.mailbox}".casefold()
            )
            and (wanted is None or office.pk in wanted)
        )

    return [office for office in campaign.offices if is_wanted(office)]


def needs_of(office: Office) -> list[str]:
    """What an officer could do for it: remind, invite, find another address, set the first."""
    return [
        name
        for name, is_needed in (
            ("reminder", bool(office.reminder)),
            ("invitation", office.needs_invitation),
            ("address", bool(office.bounce) or (not office.mailbox and office.stage not in HAS_SIGNED)),
        )
        if is_needed
    ]


def reminders_due(at: datetime | None = None) -> QuerySet[Invitation]:
    """The open links of all campaigns that nobody was reminded of for a week, and that led to no signature yet."""
    at = at or timezone.now()
    signed = Signature.objects.active().exclude(state=State.NEEDS_INFORMATION)
    came_back = Mail.objects.undelivered().filter(kind__startswith="declarations/")
    return (
        Invitation.objects.usable(at)
        .annotate(written_at=Coalesce("reminded_at", "sent_at"))
        .filter(written_at__lte=at - BETWEEN_REMINDERS)
        .exclude(Exists(signed.filter(signatory=OuterRef("signatory"))))
        .exclude(mailbox__email__in=came_back.values("to"))
    )
