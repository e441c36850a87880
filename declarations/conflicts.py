"""Why somebody may not decide on a signature, said before they try.

The database alone refuses (`declarations/triggers/events.py`); these questions are the same ones, asked of many
signatures at once, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Exists, Expression, F, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Lower

from declarations.models import (
    Invitation,
    Mailbox,
    Signatory,
    Signature,
    SignatureEvent,
    StageSigning,
    Withdrawal,
)
from efus_conference.models import User

# The rules that hold for carrying out a withdrawal too, where the wish came by the mailbox.
OF_THE_MAILBOX = ("verifier_did_not_set_the_mailbox", "verifier_does_not_read_the_mailbox")


def _mailbox_of(address: Expression | F) -> Func:
    """As `declarations.triggers.refusing.mailbox_of`."""
    return Func(
        Lower(address),
        Value("[+][^@]*@"),
        Value("@"),
        function="regexp_replace",
        output_field=TextField(),
    )


def parts_in(signatures: Iterable[Signature], *, by: User) -> dict[int, list[str]]:
    """By id of the signature, the names of the rules that keep this officer from deciding on it.

    Their sentences are in `declarations.actions.refusals.SENTENCES`. One query, however many there are.
    """
    recorded = SignatureEvent.objects.filter(
        signature=OuterRef("pk"), kind=SignatureEvent.Kind.SUBMITTED, actor__user=by
    )
    rules = {**_of_the_signatory(by), "verifier_is_not_the_recorder": Exists(recorded)}
    return _found(Signature.objects.all(), [signature.pk for signature in signatures], rules, by)


def parts_on_stage(signings: Iterable[StageSigning], *, by: User) -> dict[int, list[str]]:
    """By id of the signing on stage, the rules that keep this officer from confirming it, or anybody."""
    rules = {
        "confirmed_by_another": Exists(StageSigning.objects.filter(pk=OuterRef("pk"), recorded_by__user=by)),
        **_of_the_signatory(by),
        "one_active_signature_per_signatory": Exists(
            Signature.objects.active().filter(signatory=OuterRef("signatory"))
        ),
        "withdrawal_comes_first": Exists(
            Withdrawal.objects.open().filter(signature__signatory=OuterRef("signatory"))
        ),
    }
    return _found(StageSigning.objects.all(), [signing.pk for signing in signings], rules, by)


def _of_the_signatory(by: User) -> dict[str, Exists]:
    """Asked of rows with a `signatory`."""
    sent = Invitation.objects.filter(signatory=OuterRef("signatory"), sent_by__user=by)
    mailboxes = Mailbox.objects.filter(signatory=OuterRef("signatory"))
    same = Q(organisation=by.organisation_id) if by.organisation_id else Q(organisation__is_organiser=True)
    return {
        "verifier_is_not_of_the_signatory": Exists(Signatory.objects.filter(same, pk=OuterRef("signatory"))),
        "verifier_did_not_invite": Exists(sent),
        "verifier_did_not_set_the_mailbox": Exists(
            mailboxes.filter(Q(set_by__user=by) | Q(confirmed_by__user=by))
        ),
        "verifier_does_not_read_the_mailbox": Exists(
            mailboxes.alias(read_at=_mailbox_of(F("email"))).filter(
                Q(read_at=_mailbox_of(Value(by.email)))
                | Q(
                    read_at__in=EmailAddress.objects.filter(user=by, verified=True).values(
                        read_at=_mailbox_of(F("email"))
                    )
                )
            )
        ),
    }


def _found(rows: QuerySet[Any], ids: list[int], rules: dict[str, Exists], by: User) -> dict[int, list[str]]:
    if not (by.is_staff and by.is_active):
        return {pk: ["verifier_is_an_organiser"] for pk in ids}
    found = rows.filter(pk__in=ids).annotate(**{f"is_{name}": rule for name, rule in rules.items()})
    answers = found.values_list("pk", *(f"is_{name}" for name in rules))
    return {pk: [name for name, holds in zip(rules, held, strict=True) if holds] for pk, *held in answers}
