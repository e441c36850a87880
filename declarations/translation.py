from modeltranslation.translator import TranslationOptions, register

from declarations.models import Declaration, DeclarationPoint


@register(Declaration)
class DeclarationTranslation(TranslationOptions):
    fields = ("title", "adopted_place", "occasion", "in_the_name_of", "previous", "spokesperson", "summary")
    required_languages = ("en",)


@register(DeclarationPoint)
class DeclarationPointTranslation(TranslationOptions):
    fields = ("text",)
    required_languages = ("en",)
