"""What becomes of people who have their data erased: of officers, and of those who signed for an organisation.

An officer's pseudonym stays, and says nothing of whose it was. Of who signed go the name and the office, and what opens
their commitments in the log; city, day and mandate stay, and every proof of the log holds as before.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from declarations.actions.invitations import lock_signatory
from declarations.actions.refusals import NoteMissing, Refusal, explained
from declarations.actions.sealing import forget_sealed
from declarations.models import (
    Actor,
    Evidence,
    LogOpening,
    Mandate,
    Signature,
    StageSigning,
    Withdrawal,
)
from declarations.triggers import ERASED
from efus_conference.erased_accounts import forget_in_log
from efus_conference.erasure_notes import note_erasure
from efus_conference.models import Mail, User
from efus_conference.private_files import private_storage
from efus_conference.traces import Masking, Traces, delete_mail_files

State = Signature.State
# Before these, somebody still decides on what was written; after these nobody does.
ERASABLE = (State.HISTORICAL, State.VERIFIED, State.REFUSED, State.WITHDRAWN, State.SUPERSEDED, State.UNDONE)


class NobodyNamed(Refusal):
    message = _("This signature names nobody.")


class StillDecidedOn(Refusal):
    message = _(
        "A record of this office that names the same person waits for a decision. Decide on it first, then erase."
    )


class StillToSign(Refusal):
    message = _(
        "This person is to sign on a stage that is not over. End the ceremony, or enter somebody else there, then "
        "erase."
    )


class ReasonNamesThem(Refusal):
    message = _("Leave the name out of the reason: it is kept.")


def is_an_actor(user: User) -> bool:
    return Actor.objects.filter(user=user).exists()


@transaction.atomic
def forget_officer(*, user: User) -> None:
    """Cuts the pseudonym from the account; no event, mailbox or invitation is touched."""
    Actor.objects.filter(user=user).update(user=None)


@transaction.atomic
def forget_signer(
    *, signature: Signature, by: User, reason: str, with_mandate: bool = False, with_files: bool = False
) -> list[Signature]:
    """Erases who signed, from every record of the same office that names them alike; answers with these.

    `with_mandate`: the words of the mandate name them too, and go. `with_files`: the files they sent go, and leave
    their sums. The reason is kept in the admin's log. Raises NobodyNamed, StillDecidedOn, StillToSign,
    NoteMissing, ReasonNamesThem.
    """
    if not reason.strip():
        raise NoteMissing
    lock_signatory(signature.signatory_id)
    signature.refresh_from_db()
    name, office = signature.signer_name, signature.signer_office
    if not name and not office:
        raise NobodyNamed
    if name and name.casefold() in reason.casefold():
        raise ReasonNamesThem
    alike = _of_the_same(signature)
    gone = _forget(alike, with_mandate=with_mandate, with_files=with_files)
    keys = [each.pk for each in gone]
    _forget_what_speaks_of_them(keys, Traces.of(names=[name], addresses=[]))
    # After what it held of them was emptied.
    said = str(_("Who signed was erased: %(reason)s") % {"reason": reason})
    LogEntry.objects.log_actions(by.pk, Signature.objects.filter(pk__in=keys), CHANGE, said)
    note_erasure(
        signers=[str(each.log_id) for each in gone], with_mandate=with_mandate, with_files=with_files
    )
    signature.refresh_from_db()
    return gone


@transaction.atomic
def forget_signer_again(*, signature: Signature, with_mandate: bool, with_files: bool) -> None:
    """After a backup was restored that still names them: nobody asks for a reason twice."""
    lock_signatory(signature.signatory_id)
    traces = Traces.of(names=[signature.signer_name], addresses=[])
    _forget([signature], with_mandate=with_mandate, with_files=with_files)
    _forget_what_speaks_of_them([signature.pk], traces)


def _of_the_same(signature: Signature) -> list[Signature]:
    """The records of its signatory that name the same person; an unsent draft is emptied on the way.

    StillDecidedOn where one of them waits for a decision: what it says is compared with the signed page. StillToSign
    where they are named on a stage that is not over.
    """
    alike = Signature.objects.filter(
        signatory=signature.signatory_id,
        signer_name=signature.signer_name,
        person_erased_at=None,
    ).filter(Q(signer_name__gt="") | Q(pk=signature.pk))
    Signature.objects.filter(pk__in=alike.filter(state=State.NEW)).update(signer_name="", signer_office="")
    named = list(alike.exclude(state=State.NEW).order_by("pk"))
    to_sign = StageSigning.objects.filter(
        Q(signer_name=signature.signer_name)
        | Q(substitute_name=signature.signer_name)
        | Q(stood_in_name=signature.signer_name),
        signatory=signature.signatory_id,
        signature=None,
        ceremony__ended_at=None,
    )
    if any(each.state not in ERASABLE for each in named):
        raise StillDecidedOn
    if signature.signer_name and to_sign.exists():
        raise StillToSign
    return named


def _forget(signatures: Iterable[Signature], *, with_mandate: bool, with_files: bool) -> list[Signature]:
    gone, now = list(signatures), timezone.now()
    keys = [each.pk for each in gone]
    with explained():
        # First of all: the database lets the rest go only of who was erased, and waits here for the log's keeper.
        Signature.objects.filter(pk__in=keys).update(signer_name="", signer_office="", person_erased_at=now)
        fields = [LogOpening.Field.PERSON, LogOpening.Field.OFFICE]
        if with_mandate:
            fields.append(LogOpening.Field.MANDATE)
            mandates = Mandate.objects.filter(signature__in=keys)
            mandates.exclude(body="").update(body=ERASED)
            mandates.exclude(reference="").update(reference=ERASED)
        LogOpening.objects.filter(entry__event__signature__in=keys, field__in=fields).delete()
        staged = StageSigning.objects.filter(signature__in=keys)
        for who in StageSigning.NAMED:
            _strike_out(staged.exclude(**{f"{who}_name": ""}), who)
            # Where they were to sign and did not, or it was undone: no signature leads there.
            for each in gone:
                named = StageSigning.objects.filter(signatory=each.signatory_id)
                if each.signer_name:
                    _strike_out(named.filter(**{f"{who}_name": each.signer_name}), who)
        if with_mandate:
            for name in ("body", "reference"):
                staged.exclude(**{name: ""}).update(**{name: ERASED, "version": F("version") + 1})
        _forget_files(Evidence.objects.filter(signature__in=keys), whole=with_files)
    # Also where one of them stood in it before: until a new one is made there is none.
    forget_sealed(declaration_ids={each.signatory.declaration_id for each in gone})
    for each in gone:
        each.refresh_from_db()
    return gone


def _strike_out(staged: QuerySet[StageSigning], who: str) -> None:
    """The name and the office of one of `StageSigning.NAMED`."""
    struck_out = {f"{who}_name": ERASED, f"{who}_office": ERASED}
    staged.update(**struck_out, version=F("version") + 1)


def _forget_files(evidence: QuerySet[Evidence], *, whole: bool) -> None:
    """Names of files and what certificates in them say; the files themselves after the transaction."""
    if whole:
        stored = [name for pair in evidence.values_list("file", "preview") for name in pair if name]
        transaction.on_commit(partial(_delete_stored, stored))
        evidence.update(file="", preview="", name="", findings=[])
    else:
        evidence.update(name="", findings=[])
    forget_in_log(Evidence, evidence.values_list("pk", flat=True))


def _delete_stored(names: Iterable[str]) -> None:
    storage = private_storage()
    for name in names:
        storage.delete(name)


def _forget_what_speaks_of_them(keys: list[int], traces: Traces) -> None:
    """The kept copies of the mails about these records; in others of this app the name is masked."""
    forget_in_log(Signature, keys)
    about = Q(subject_ids__signature_id__in=keys)
    for name, ids in _ids_in_mails(keys).items():
        about |= Q(**{f"subject_ids__{name}__in": ids})
    of_ours = Mail.objects.filter(kind__startswith="declarations/")
    mails = of_ours.filter(about)
    forget_in_log(Mail, mails.values_list("pk", flat=True))
    mails.delete()
    masking = Masking(traces)
    masking.seek(of_ours, "subject", "text", "bounce_diagnostic")
    masking.mask()
    delete_mail_files(traces)


def _ids_in_mails(keys: list[int]) -> dict[str, list[int]]:
    """By what the kept copy of a mail names what it was about."""
    events = Signature.objects.filter(pk__in=keys)
    return {
        "event_id": list(events.exclude(events=None).values_list("events", flat=True)),
        "entry_id": list(events.exclude(events__log_entry=None).values_list("events__log_entry", flat=True)),
        "withdrawal_id": list(Withdrawal.objects.filter(signature__in=keys).values_list("pk", flat=True)),
    }
