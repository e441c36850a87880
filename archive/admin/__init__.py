from archive.admin.editions import EditionAdmin
from archive.admin.merging import OrganisationMergeAdmin
from archive.admin.news import NewsItemAdmin
from archive.admin.pages import PageAdmin, PageVersionAdmin
from archive.admin.pictures import PictureAdmin
from archive.admin.remains import DocumentAdmin, VideoAdmin

__all__ = [
    "DocumentAdmin",
    "EditionAdmin",
    "NewsItemAdmin",
    "OrganisationMergeAdmin",
    "PageAdmin",
    "PageVersionAdmin",
    "PictureAdmin",
    "VideoAdmin",
]
