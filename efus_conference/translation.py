from modeltranslation.translator import TranslationOptions, register

from efus_conference.models import Edition, Organisation, Project


@register(Organisation)
class OrganisationTranslation(TranslationOptions):
    fields = ("name", "full_name")
    required_languages = ("en",)


@register(Edition)
class EditionTranslation(TranslationOptions):
    fields = ("venue", "theme", "summary", "occasion", "auspices", "interpretation", "programme_note")


@register(Project)
class ProjectTranslation(TranslationOptions):
    fields = ("name", "funded_by", "description", "disclaimer")
