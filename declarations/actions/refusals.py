"""Why an action on a declaration is not possible, in sentences for the person who asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Refusal(Exception):  # noqa: N818  it is no error of the program
    """`str()` of it is the sentence to show, in the language of the moment it is shown."""

    message: ClassVar[StrOrPromise] = _("This is not possible.")

    def __str__(self) -> str:
        return str(self.message)


class AlreadyPublished(Refusal):
    message = _("This declaration is published already.")


class NoAuthenticText(Refusal):
    message = _("Add at least one authentic text first: it is what will be signed.")


class TitleMissing(Refusal):
    message = _("Give the title in English and in the language of each text first.")


class NotPrintable(Refusal):
    message = _(
        "A title or a text has a character that cannot be printed. Type that place again: "
        "publication fixes it for ever."
    )


class HistoricalWithText(Refusal):
    message = _(
        "A historical declaration is published without a text. Take the texts out, or the mark “historical”."
    )


class NothingToFreeze(Refusal):
    message = _("A historical declaration has no text of its own here, so there is nothing to freeze.")


class NotProposed(Refusal):
    message = _("Freezing takes two people: someone has to propose these texts first.")


class TextsChanged(Refusal):
    message = _("A text was changed after freezing was proposed. Read the texts again and propose them anew.")


class TextsChangedSinceRead(Refusal):
    message = _("A text was changed since you opened this page. Read the texts as they are now.")


class NameChangedSinceRead(Refusal):
    message = _("The name was changed since you opened this page. Look at it as it is now.")


class ProposerLeft(Refusal):
    message = _("Whoever proposed these texts is no organiser any more. Propose them anew.")


class SamePerson(Refusal):
    message = _("You proposed these texts, so someone else has to freeze them.")


class NoWithdrawal(Refusal):
    message = _(
        "A withdrawal takes the office, with the code sent to its mailbox, or an officer who enters it from paper; "
        "and another officer who carries it out."
    )


class CannotWithdraw(Refusal):
    message = _("This signature cannot be withdrawn: it was never submitted, or it is over already.")


class NothingToWithdraw(Refusal):
    message = _("No wish to withdraw waits any more: it was carried out, dropped or taken back.")


class NoInvitation(Refusal):
    message = _(
        "This signature was recorded from paper. To withdraw it, write to the organisers: they enter your letter."
    )


class CannotComplete(Refusal):
    message = _("This record cannot be changed now.")


class NotHistorical(Refusal):
    message = _("Only a historical declaration has signatures from the archive.")


class TakesNoSignatures(Refusal):
    message = _(
        "This declaration takes no signatures: it is not published, not open to more signatories, "
        "or its text is not held."
    )


class NoMailbox(Refusal):
    message = _("Set the mailbox of this office first; the invitation goes there.")


class HasSigned(Refusal):
    message = _("There is a signature of this signatory already.")


class UnknownLanguage(Refusal):
    message = _("Invitations are not written in this language. Choose one of those that are offered.")


class TimeIsOver(Refusal):
    message = _("The time for signing this declaration is over.")


class NotInvited(Refusal):
    message = _("This office has no open invitation that a reminder could be about. Invite it instead.")


class RemindedLately(Refusal):
    message = _(
        "This office was invited or reminded less than a week ago. A reminder so soon takes someone who insists."
    )


class RoundIsGoingOn(Refusal):
    message = _(
        "A round of invitations or reminders for this declaration is going on. Wait for its end, or stop it first."
    )


class RoundIsOver(Refusal):
    message = _("This round is over.")


class NobodyChosen(Refusal):
    message = _("No office was chosen.")


class Stopped(Refusal):
    message = _("The round was stopped before this office’s turn.")


class NotThereAnyMore(Refusal):
    message = _("This signatory is not there any more.")


class NotDone(Refusal):
    message = _("This could not be done together with the others. Do it on the office’s own page.")


class SameMailbox(Refusal):
    message = _("This is the registered mailbox of this office already.")


class OtherMailbox(Refusal):
    message = _(
        "Another mailbox of this office is registered. Change it on the office’s own page: that takes two officers."
    )


class NothingToConfirm(Refusal):
    message = _(
        "This mailbox needs no confirmation: it is registered already, or a later change was entered."
    )


class SameOfficer(Refusal):
    message = _("A second officer confirms the change of a mailbox, not the one who entered it.")


class LinkNotUsable(Refusal):
    message = _("This link cannot be used any more.")


class AlreadySubmitted(Refusal):
    message = _("This signature is recorded already.")


class ReadAgain(Refusal):
    message = _("The texts are not those that were read. Read them again.")


class NotInformed(Refusal):
    message = _("Read what signing means first, and say that you may record the signature.")


class ReasonMissing(Refusal):
    message = _("Say why your office does not sign.")


class Incomplete(Refusal):
    message = _(
        "Something is still missing: who signed, the office, the day, the mandate or the signed page."
    )


class NoteMissing(Refusal):
    message = _("Write a note: the office reads it and needs to know why.")


class ChangedSince(Refusal):
    message = _(
        "Something happened to this signature since you read it. It is shown as it stands now: "
        "read it again, then decide."
    )


class SignedTooLate(Refusal):
    message = _("This was signed after the last day on which the declaration could be signed.")


class RefusedByRegister(Refusal):
    """The database said no; `constraint` is the name of the rule, see `declarations/triggers/`."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint

    def __str__(self) -> str:
        return str(SENTENCES[self.constraint])


SENTENCES: dict[str, StrOrPromise] = {
    "signature_state_follows": _(
        "This does not follow from the state the signature is in. Someone may have decided in the meantime: "
        "load the page again."
    ),
    "signature_changes_by_event": _("The state of a signature changes by an event of its history only."),
    "signature_begins_new": _("A signature begins as a draft."),
    "signature_keeps_its_signatory": _("A signature stays with its signatory."),
    "signature_fixed_once_submitted": _("What was submitted stays as it was submitted."),
    "signature_is_kept": _("A recorded signature is kept."),
    "mandate_fixed_once_submitted": _("What was submitted stays as it was submitted."),
    "evidence_fixed_once_submitted": _("What was submitted stays as it was submitted."),
    "archive_records_history_only": _("Only the archive enters historical signatures, and nothing else."),
    "verifier_is_an_organiser": _("Only an organiser decides on a signature."),
    "verifier_is_not_of_the_signatory": _(
        "Nobody decides on a signature of the organisation they work for. Efus’s own signature is decided on "
        "by someone of another organisation."
    ),
    "verifier_is_not_the_recorder": _("You recorded this signature, so someone else has to decide on it."),
    "verifier_did_not_invite": _("You invited this office, so someone else has to decide on its signature."),
    "verifier_did_not_set_the_mailbox": _(
        "You set or confirmed the mailbox of this office, so someone else has to decide on its signature."
    ),
    "one_active_signature_per_signatory": HasSigned.message,
    "one_first_mailbox_per_signatory": _("Someone else has just set the mailbox of this office."),
    "mailbox_changed_by_two": SameOfficer.message,
    "invitation_keeps_its_sender": _("An invitation stays as it was sent and used."),
    "mailbox_keeps_its_officers": _("A mailbox stays as it was set and confirmed."),
    "actor_keeps_its_person": _("Who did something stays who did it."),
    "one_round_at_a_time": RoundIsGoingOn.message,
    "frozen_by_two": SamePerson.message,
    "hash_is_of_the_texts": TextsChanged.message,
    "frozen_by_officers": ProposerLeft.message,
    "verifier_does_not_read_the_mailbox": _(
        "The mailbox of this office is your own address, so someone else has to decide on its signature."
    ),
    "mailbox_is_of_no_organiser": _(
        "This is an organiser’s own address. Enter the mailbox of the office itself."
    ),
    "declaration_takes_signatures": TakesNoSignatures.message,
    "time_for_signing_is_over": TimeIsOver.message,
    "office_records_by_its_own_link": LinkNotUsable.message,
    "recorder_is_an_organiser": _("Only an organiser decides on a signature."),
    "signatory_stays_who_it_is": _("A signature stays with its signatory."),
    "signature_pins_the_texts": ReadAgain.message,
    "signature_is_complete": Incomplete.message,
    "signed_between_publication_and_today": _(
        "The day of the signature lies before the declaration was published, or in the future."
    ),
    "signed_in_time": SignedTooLate.message,
    "signature_keeps_its_snapshot": _("Who signed is written down when it is submitted, and stays."),
    "replaces_one_of_its_own": _("A signature replaces one of the same signatory."),
    "one_pending_signature_per_signatory": HasSigned.message,
    "superseded_by_its_replacement": _(
        "A signature is superseded when the one that replaces it is verified."
    ),
    "withdrawal_takes_two": NoWithdrawal.message,
    "withdrawal_by_two": NoWithdrawal.message,
    "declarations_withdrawal_code_id_key": _(
        "This code was used for a withdrawal already. Have a new one sent."
    ),
    "withdrawal_comes_first": _(
        "Its office wishes to withdraw a signature. Carry the withdrawal out or drop it first."
    ),
    "replaced_was_withdrawn": _(
        "The signature that this one was to replace was withdrawn. Refuse this one, or ask its office."
    ),
    "withdrawal_by_code_or_officer": NoWithdrawal.message,
    "withdrawal_stays_as_entered": _("A withdrawal stays as it was entered and decided."),
    "one_open_withdrawal_per_signature": _("A withdrawal of this signature was asked for already."),
    "published_text_is_fixed": _("The text of a published declaration is fixed."),
    "stage_signing_begins_entered": _(
        "Who is to sign is entered first, for a signatory of this declaration."
    ),
    "stage_is_of_organisers": _("Only organisers act on stage."),
    "stage_signing_follows": _("Someone else acted in the meantime. Load the page again."),
    "cleared_stays_as_cleared": _("What was cleared is changed only by clearing it anew."),
    "time_to_undo_stays": _("Once the ceremony was opened, its time to undo stays as it is."),
    "confirmed_is_undone_first": _("What was confirmed is undone first."),
    "signed_while_the_ceremony_is_on": _("Signatures are recorded on stage only while the ceremony is open."),
    "stage_signing_is_kept": _("Who was cleared for the stage is kept."),
    "on_stage_once": _("This signatory is on the list already."),
    "cleared_by_two": _("You entered who signs, so a second officer has to clear it."),
    "confirmed_by_another": _(
        "You recorded this signature, so a second officer confirms it, on another device."
    ),
    "confirmed_as_on_stage": _("What is confirmed is what was recorded on stage. Load the page again."),
    "confirmed_on_stage_first": _(
        "This signature was given on stage: it is confirmed there, and published after the time to undo."
    ),
    "published_by_who_confirmed": _("Who confirmed a signature on stage stands for its publication."),
    "time_to_undo_first": _("The time to undo is not over yet."),
    "scan_or_to_follow": _("The scan of the page is missing. Add it, or say that it follows."),
    "frozen_stays_frozen": _("A published text stays as it was published."),
}


@contextmanager
def explained() -> Iterator[None]:
    """A savepoint in which a refusal of the database becomes a `RefusedByRegister`; other errors stay errors."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if name not in SENTENCES:
            raise
        raise RefusedByRegister(name) from error
