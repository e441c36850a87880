from declarations.admin import (
    ceremonies,
    declarations,
    evidence,
    invitations,
    logs,
    sealed,
    signatories,
    signatures,
    withdrawals,
)

__all__ = [
    "ceremonies",
    "declarations",
    "evidence",
    "invitations",
    "logs",
    "sealed",
    "signatories",
    "signatures",
    "withdrawals",
]
