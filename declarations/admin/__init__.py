from declarations.admin import declarations, evidence, invitations, signatories, signatures, withdrawals

__all__ = ["declarations", "evidence", "invitations", "signatories", "signatures", "withdrawals"]
