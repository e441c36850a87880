"""Why a PDF is not taken, for whoever sent it, and what to send instead."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

NOT_READABLE = _("This is not a PDF, JPEG or PNG that can be read. Save it as a PDF and send it again.")
BUSY = _("Several files are being opened at this moment. Send this one again in a minute.")
TOO_MANY_FILES = _("Too many files were sent within an hour. Send this one again in an hour.")
HEAVY_PICTURE = _(
    "This picture takes too much time or memory to open. Save it smaller, as JPEG, and send it again."
)
# By the code of `efus_conference.apart.Unwanted`.
UNWANTED = {
    "busy": BUSY,
    "not_readable": NOT_READABLE,
    "encrypted": _("This PDF is encrypted or protected with a password. Save it without and send it again."),
    "script": _(
        "This PDF has a program inside (JavaScript). Print it to a new PDF, or scan it, and send that."
    ),
    "action": _(
        "This PDF starts something by itself or leads out of the document in another way than by a link to a website. "
        "Print it to a new PDF, or scan it, and send that."
    ),
    "inside": _(
        "This PDF has other files, films or sounds inside. Send them apart, and the page alone as a plain PDF."
    ),
    "form": _(
        "This PDF is a form of a kind (XFA) that few programs show as it was filled in. Print it to a new PDF and send "
        "that."
    ),
    "pages": _("This PDF has more than %(pages)d pages. Send only those that were signed or decided."),
    "giant": _("The pages of this PDF are larger than any sheet of paper. Scan the page anew and send that."),
    "heavy": _(
        "This PDF takes too much time or memory to open. Scan the page anew, at 150 dpi, and send that."
    ),
}
