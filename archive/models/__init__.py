from archive.models.closings import EditionRecord, Part
from archive.models.documents import Captions, Document, DocumentQuerySet
from archive.models.news import NewsItem, NewsItemQuerySet
from archive.models.pages import Block, Page, PageQuerySet, PageVersion, PageVersionQuerySet
from archive.models.pictures import Photo, Picture
from archive.models.record import EditionNote, KeyFigure, Partner, Video, VideoQuerySet, Voice
from archive.models.search import SearchEntry, SearchWord, vector

__all__ = [
    "Block",
    "Captions",
    "Document",
    "DocumentQuerySet",
    "EditionNote",
    "EditionRecord",
    "KeyFigure",
    "NewsItem",
    "NewsItemQuerySet",
    "Page",
    "PageQuerySet",
    "PageVersion",
    "PageVersionQuerySet",
    "Part",
    "Partner",
    "Photo",
    "Picture",
    "SearchEntry",
    "SearchWord",
    "Video",
    "VideoQuerySet",
    "Voice",
    "vector",
]
