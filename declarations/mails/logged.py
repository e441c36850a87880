"""The mail that brings an office the proof of what was logged about its signature, as a file to keep."""

from __future__ import annotations

from declarations.log.reading import in_groups, key_of, last_checkpoint
from declarations.log.receipts import file_name, office_receipt
from declarations.models import LogEntry
from efus_conference.mail import Letter, composes

# Not as text: a mail program may end the lines of a text in another way, and no signature would hold any more.
MEDIA_TYPE = "application/octet-stream"


@composes("declarations/proof")
def proof(*, entry_id: int) -> list[Letter]:
    """To the mailbox of now. NothingLoggedError where no checkpoint covers the entry: the job is done again later."""
    entry = LogEntry.objects.select_related(
        "log__declaration", "event__signature__signatory__organisation", "event__signature__invitation"
    ).get(pk=entry_id)
    assert entry.event is not None
    signature = entry.event.signature
    signatory = signature.signatory
    mailbox = signatory.registered_mailbox()
    if mailbox is None:
        return []
    content = office_receipt(entry).written().encode()
    checkpoint = last_checkpoint(entry.log.declaration)
    key = key_of(checkpoint)
    return [
        Letter(
            to=mailbox.email,
            language=signature.invitation.language if signature.invitation else signatory.language,
            context={
                "kind": entry.kind,
                "number": entry.index,
                "signatory": signatory,
                "declaration": signatory.declaration,
                "fingerprint": in_groups(key.fingerprint) if key else "",
            },
            attachments=((file_name(entry, signatory.organisation.slug), content, MEDIA_TYPE),),
        )
    ]
