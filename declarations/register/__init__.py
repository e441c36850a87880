"""The public register of one declaration: what its pages, its spreadsheet and its files for machines say alike."""

from declarations.register.choosing import RegisterForm
from declarations.register.entries import (
    Assurance,
    Entry,
    counted,
    entries,
    entry_of,
    of_organisation,
    signature_count,
)
from declarations.register.leaving import Leaving, ever_shown, leaving_of
from declarations.register.places import maps_of, without_place
from declarations.register.stage import Stage, stage_of
from declarations.register.timeline import timeline

__all__ = [
    "Assurance",
    "Entry",
    "Leaving",
    "RegisterForm",
    "Stage",
    "counted",
    "entries",
    "entry_of",
    "ever_shown",
    "leaving_of",
    "maps_of",
    "of_organisation",
    "signature_count",
    "stage_of",
    "timeline",
    "without_place",
]
