"""What the database itself refuses about signatures, superusers of the site included.

Every refusal is a check violation that carries the rule's name as its constraint, so that the code can tell them
apart and explain them kindly (`declarations/actions/refusals.py`).
"""

from declarations.triggers.events import SIGNATURE_EVENT, TRANSITIONS
from declarations.triggers.kept import ACTOR, INVITATION, MAILBOX, SIGNATORY, WITHDRAWAL
from declarations.triggers.signatures import FILE_IS_FORGOTTEN, SIGNATURE, fixed_with_its_signature
from declarations.triggers.texts import FROZEN_DECLARATION, FROZEN_TEXT

__all__ = [
    "ACTOR",
    "FILE_IS_FORGOTTEN",
    "FROZEN_DECLARATION",
    "FROZEN_TEXT",
    "INVITATION",
    "MAILBOX",
    "SIGNATORY",
    "SIGNATURE",
    "SIGNATURE_EVENT",
    "TRANSITIONS",
    "WITHDRAWAL",
    "fixed_with_its_signature",
]
