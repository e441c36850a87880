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
from declarations.models.log import Checkpoint, Log, LogAlarm, LogEntry, LogKey, LogNode, LogOpening
from declarations.models.sealed import SealedDocument
from declarations.models.signatures import (
    Evidence,
    Mandate,
    Signature,
    SignatureEvent,
    SignatureQuerySet,
)
from declarations.models.stage import Ceremony, StageEvent, StageSigning
from declarations.models.texts import (
    Declaration,
    DeclarationPoint,
    DeclarationQuerySet,
    TextVersion,
)
from declarations.models.withdrawals import Withdrawal

__all__ = [
    "Actor",
    "Ceremony",
    "Checkpoint",
    "Declaration",
    "DeclarationPoint",
    "DeclarationQuerySet",
    "Evidence",
    "FormerLink",
    "Invitation",
    "InvitationQuerySet",
    "InvitationRun",
    "Log",
    "LogAlarm",
    "LogEntry",
    "LogKey",
    "LogNode",
    "LogOpening",
    "Mailbox",
    "MailboxCode",
    "Mandate",
    "SealedDocument",
    "Signatory",
    "Signature",
    "SignatureEvent",
    "SignatureQuerySet",
    "StageEvent",
    "StageSigning",
    "TextVersion",
    "Withdrawal",
]
