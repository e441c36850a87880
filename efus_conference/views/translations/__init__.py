"""Which texts lack a language, for organisers and their translators."""

from efus_conference.views.translations.pages import overview, sheet, sheet_back

__all__ = ["overview", "sheet", "sheet_back"]
