"""What the database itself refuses about signatures, superusers of the site included.

Every refusal is a check violation that carries the rule's name as its constraint, so that the code can tell them
apart and explain them kindly (`declarations/actions/refusals.py`).
"""

from declarations.triggers.events import SIGNATURE_EVENT, TRANSITIONS
from declarations.triggers.kept import ACTOR, INVITATION, MAILBOX, SIGNATORY, WITHDRAWAL
from declarations.triggers.log import (
    CHECKPOINT,
    LOCKS_OF_LOGS,
    LOG_ALARM,
    LOG_ENTRY,
    LOG_KEY,
    LOG_NODE,
    LOG_OPENING,
    kept_for_ever,
)
from declarations.triggers.signatures import (
    ERASED,
    FILE_IS_FORGOTTEN,
    FILE_OF_THE_ERASED,
    MANDATE_OF_THE_ERASED,
    SCAN_OF_THE_STAGE,
    SIGNATURE,
    fixed_with_its_signature,
)
from declarations.triggers.stage import CEREMONY, STAGE_SIGNING
from declarations.triggers.texts import FROZEN_DECLARATION, FROZEN_TEXT

__all__ = [
    "ACTOR",
    "CEREMONY",
    "CHECKPOINT",
    "ERASED",
    "FILE_IS_FORGOTTEN",
    "FILE_OF_THE_ERASED",
    "FROZEN_DECLARATION",
    "FROZEN_TEXT",
    "INVITATION",
    "LOCKS_OF_LOGS",
    "LOG_ALARM",
    "LOG_ENTRY",
    "LOG_KEY",
    "LOG_NODE",
    "LOG_OPENING",
    "MAILBOX",
    "MANDATE_OF_THE_ERASED",
    "SCAN_OF_THE_STAGE",
    "SIGNATORY",
    "SIGNATURE",
    "SIGNATURE_EVENT",
    "STAGE_SIGNING",
    "TRANSITIONS",
    "WITHDRAWAL",
    "fixed_with_its_signature",
    "kept_for_ever",
]
