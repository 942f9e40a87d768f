"""How much of one mail is read. What goes beyond is for a person."""

from __future__ import annotations

LARGEST_MAIL = 1_000_000  # bytes
MOST_PARTS = 20
DEEPEST = 5  # multiparts inside each other
LARGEST_HEADER = 64_000  # bytes, all lines of a mail or a part together
LONGEST_FIELD = 8_000  # characters of one header field
LARGEST_CALENDAR = 256_000  # bytes
MOST_CALENDAR_LINES = 5_000
LARGEST_TEXT = 64_000  # bytes of a text from which the excerpt is made
EXCERPT = 2_000  # characters
