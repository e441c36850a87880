"""What composes the mails of declarations; the module is where jobs look for them."""

from declarations import jobs
from declarations.mails import after, keeper, logged, rounds, way

__all__ = ["after", "jobs", "keeper", "logged", "rounds", "way"]
