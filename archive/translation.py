from modeltranslation.translator import TranslationOptions, register

from archive.models import (
    Block,
    Document,
    EditionNote,
    KeyFigure,
    NewsItem,
    Page,
    Partner,
    Picture,
    Video,
    Voice,
)


@register(KeyFigure)
class KeyFigureTranslation(TranslationOptions):
    fields = ("label", "source", "detail")
    required_languages = ("en",)


@register(Video)
class VideoTranslation(TranslationOptions):
    fields = ("title", "function", "transcript")
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


@register(Picture)
class PictureTranslation(TranslationOptions):
    fields = ("alt",)
    required_languages = ("en",)


@register(Page)
class PageTranslation(TranslationOptions):
    fields = ("title", "description")
    required_languages = ("en",)


@register(Block)
class BlockTranslation(TranslationOptions):
    fields = ("title", "text", "link_label")


@register(NewsItem)
class NewsItemTranslation(TranslationOptions):
    fields = ("title", "lead", "text")
    required_languages = ("en",)


@register(Document)
class DocumentTranslation(TranslationOptions):
    fields = ("title",)
    required_languages = ("en",)
