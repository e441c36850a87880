"""Schedules of other systems, read into the drafts of an edition."""

from programme.imports.importing import import_schedule
from programme.imports.refusals import ScheduleRefused
from programme.imports.reports import Report

__all__ = ["Report", "ScheduleRefused", "import_schedule"]
