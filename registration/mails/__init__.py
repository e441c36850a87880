"""The mails to those who take part, to whom and in the language their registration says.

A composer reads what is so when its job runs, and composes nothing when that is no longer what was to be told: an
offer that was accepted meanwhile, a registration that was cancelled. Importing the package registers them all; the
worker does, by its name.
"""

from registration import jobs
from registration.mails import (
    certificates,
    clock,
    delegations,
    digest,
    messages,
    registrations,
    reminder,
    seats,
    tickets,
)

__all__ = [
    "certificates",
    "clock",
    "delegations",
    "digest",
    "jobs",
    "messages",
    "registrations",
    "reminder",
    "seats",
    "tickets",
]
