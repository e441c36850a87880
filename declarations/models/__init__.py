from declarations.models.invitations import Actor, Invitation, InvitationQuerySet, Mailbox, Signatory
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

__all__ = [
    "Actor",
    "Declaration",
    "DeclarationPoint",
    "DeclarationQuerySet",
    "Evidence",
    "Invitation",
    "InvitationQuerySet",
    "Mailbox",
    "Mandate",
    "Signatory",
    "Signature",
    "SignatureEvent",
    "SignatureQuerySet",
    "TextVersion",
]
