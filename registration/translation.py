from modeltranslation.translator import TranslationOptions, register

from registration.models import Category


@register(Category)
class CategoryTranslation(TranslationOptions):
    fields = ("name", "hint")
    required_languages = ("en",)
