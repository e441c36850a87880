from modeltranslation.translator import TranslationOptions, register

from archive.models import EditionNote, KeyFigure, Partner, Video, Voice


@register(KeyFigure)
class KeyFigureTranslation(TranslationOptions):
    fields = ("label", "source", "detail")
    required_languages = ("en",)


@register(Video)
class VideoTranslation(TranslationOptions):
    fields = ("title", "function")
    required_languages = ("en",)


@register(Voice)
class VoiceTranslation(TranslationOptions):
    fields = ("function",)


@register(Partner)
class PartnerTranslation(TranslationOptions):
    fields = ("role",)


@register(EditionNote)
class EditionNoteTranslation(TranslationOptions):
    fields = ("text",)
    required_languages = ("en",)
