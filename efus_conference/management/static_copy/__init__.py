"""An edition's public pages as files that open from a disk, made by the site's own views.

`copying` asks for the pages and writes them, `scope` says what belongs to an edition, `names` what its file is called,
`markup` and `styles` turn addresses into relative ones, `around` adds what only the copy has.
"""

from efus_conference.management.static_copy.copying import write_copy

__all__ = ["write_copy"]
