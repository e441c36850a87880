from declarations.admin import declarations, evidence, signatories, signatures

__all__ = ["declarations", "evidence", "signatories", "signatures"]
