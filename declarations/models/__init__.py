from declarations.models.former_links import FormerLink
from declarations.models.invitations import (
    Actor,
    Invitation,
    InvitationQuerySet,
    InvitationRun,
    Mailbox,
    MailboxCode,
    Signatory,
)
from declarations.models.signatures import (
    Evidence,
    Mandate,
    Signature,
    SignatureEvent,
    SignatureQuerySet,
)
from declarations.models.texts import (
    Declaration,
    DeclarationPoint,
    DeclarationQuerySet,
    TextVersion,
)
from declarations.models.withdrawals import Withdrawal

__all__ = [
    "Actor",
    "Declaration",
    "DeclarationPoint",
    "DeclarationQuerySet",
    "Evidence",
    "FormerLink",
    "Invitation",
    "InvitationQuerySet",
    "InvitationRun",
    "Mailbox",
    "MailboxCode",
    "Mandate",
    "Signatory",
    "Signature",
    "SignatureEvent",
    "SignatureQuerySet",
    "TextVersion",
    "Withdrawal",
]
