"""The public register of one declaration: what its page, its spreadsheet and its JSON say alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from declarations.models import Declaration, Mandate, Signature
from efus_conference.models import Organisation


@dataclass(frozen=True)
class Entry:
    """One public signature. What is not known is empty."""

    organisation: Organisation
    signer_name: str
    signer_office: str
    signed_on: date | None
    mandate: Mandate | None
    state: str

    @property
    def is_verified(self) -> bool:
        """Evidence was checked by a second person. Never so for a historical record."""
        return self.state == Signature.State.VERIFIED

    @property
    def assurance(self) -> str:
        """“Historical record” or “evidence checked”, in the reader's language."""
        return str(Signature.State(self.state).label)


def entries(declaration: Declaration) -> list[Entry]:
    """The public signatures in their order; one query however many there are."""
    signatures = (
        Signature.objects.public()
        .filter(signatory__declaration=declaration)
        .select_related("signatory__organisation", "mandate")
        .order_by("signatory__order", "signatory__pk")
    )
    return [
        Entry(
            organisation=signature.signatory.organisation,
            signer_name=signature.signer_name,
            signer_office=signature.signer_office,
            signed_on=signature.signed_on,
            mandate=getattr(signature, "mandate", None),
            state=signature.state,
        )
        for signature in signatures
    ]
