"""What composes the mails of declarations; the module is where jobs look for them."""

from declarations.mails import after, rounds, way

__all__ = ["after", "rounds", "way"]
