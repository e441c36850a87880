"""The icons under which telephones and computers show the installed site."""

from __future__ import annotations

# A static file, its width and height in pixels, and its purpose as W3C's manifest has it: devices cut the maskable
# one to a shape of theirs. Drawn by `manage.py draw_icons`.
ICONS = [
    ("img/icon-192.png", 192, "any"),
    ("img/icon-512.png", 512, "any"),
    ("img/icon-maskable-512.png", 512, "maskable"),
]
