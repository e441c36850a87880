from modeltranslation.translator import TranslationOptions, register

from registration.models import Category, ConsentText, Message, Question, QuestionChoice


@register(Category)
class CategoryTranslation(TranslationOptions):
    fields = ("name", "hint")
    required_languages = ("en",)


@register(Question)
class QuestionTranslation(TranslationOptions):
    fields = ("text", "hint")
    required_languages = ("en",)


@register(QuestionChoice)
class QuestionChoiceTranslation(TranslationOptions):
    fields = ("text",)
    required_languages = ("en",)


@register(Message)
class MessageTranslation(TranslationOptions):
    fields = ("subject", "body")
    required_languages = ("en",)


@register(ConsentText)
class ConsentTextTranslation(TranslationOptions):
    fields = ("text",)
    required_languages = ("en",)
