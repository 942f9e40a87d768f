"""Tables that people send as CSV: from bytes to rows of checked values, or every line's faults.

Nothing is guessed: a file that is not UTF-8, a column that is unknown, a cell that is not what its
column holds is named with its line. Cells are text; one that begins with = + - or @ stays text.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.texts import text

MEGABYTE = 1_000_000
LARGEST_FILE = 20 * MEGABYTE
MOST_ROWS = 100_000
MOST_FAULTS = 10_000  # nobody reads more, and a hostile file must not fill the memory
LONGEST_CELL = 1_000  # characters; columns have their own, shorter limits
DELIMITERS = (",", ";")


@dataclass(frozen=True)
class LineFault:
    """What is wrong, where: line 0 means the whole file, an empty column the whole line."""

    line: int
    column: str
    sentence: str

    def __str__(self) -> str:
        place = [f"line {self.line}"] if self.line else ["file"]
        place += [f"column {self.column}"] if self.column else []
        return f"{', '.join(place)}: {self.sentence}"


class BadCell(Exception):
    """A cell that is not what its column holds; the argument is the sentence for people."""


@dataclass(frozen=True)
class Column:
    """A column: its name, whether the file must have it and fill it, and how a cell is read."""

    name: str
    read: Callable[[str], Any]
    required: bool = False


@dataclass(frozen=True)
class Record:
    """The values of one row by column; None for a cell that is empty or a column that is absent."""

    line: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """What a file holds: its rows, or, when there is any fault, the faults and no promise."""

    records: tuple[Record, ...]
    faults: tuple[LineFault, ...]


def read_table(data: bytes, columns: Sequence[Column]) -> Table:
    """Return the rows of a CSV file with these columns, and all its faults in order of line."""
    if len(data) > LARGEST_FILE:
        return _refused(text("The file is larger than %(size)s MB.", size=LARGEST_FILE // MEGABYTE))
    content, faults = _decoded(data)
    if faults:
        return Table((), tuple(faults))
    lines = _Lines(content, columns)
    header = lines.header()
    if not lines.faults:
        lines.read_rows(header)
    return Table(tuple(lines.records), tuple(lines.faults))


def _refused(sentence: str) -> Table:
    return Table((), (LineFault(0, "", sentence),))


def _decoded(data: bytes) -> tuple[str, list[LineFault]]:
    """Return the text without its byte order mark, or a fault for each line that is not UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        sentence = text("This is UTF-16. Save the file as “CSV UTF-8” and try again.")
        return "", [LineFault(0, "", sentence)]
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return "", list(_lines_not_utf8(data))[:MOST_FAULTS]


def _lines_not_utf8(data: bytes) -> Iterator[LineFault]:
    for number, line in enumerate(data.splitlines(), start=1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            yield LineFault(number, "", _encoding_sentence(line[error.start]))


def _encoding_sentence(byte: int) -> str:
    return text(
        "This line is not UTF-8: byte %(byte)s would be “%(letter)s” in Windows-1252."
        " Save the file as “CSV UTF-8” and try again.",
        byte=f"0x{byte:02X}",
        letter=bytes([byte]).decode("cp1252", errors="replace"),
    )


class _Lines:
    """Reads a decoded file once, keeping records and faults."""

    def __init__(self, content: str, columns: Sequence[Column]) -> None:
        self.columns = {column.name: column for column in columns}
        self.records: list[Record] = []
        self.faults: list[LineFault] = []
        stream = io.StringIO(content, newline="")
        delimiter = _delimiter(content[:10_000], self.columns)
        self.reader = csv.reader(stream, delimiter=delimiter, strict=True)

    def header(self) -> list[str]:
        """Return the columns' names from the first line; note what is wrong with them."""
        line, cells = next(self._rows(), (1, []))
        names = [self._name(line, cell) for cell in cells]
        while len(names) > 1 and not names[-1]:  # spreadsheets write empty columns at the end
            names.pop()
        if not any(names):
            self._fault(0, "", text("The file is empty: it needs a line with column names."))
        for at, name in enumerate(names):
            self._check_name(line, name, at, names)
        for column in self.columns.values():
            if column.required and column.name not in names:
                self._fault(line, column.name, text("This column is missing."))
        return names

    def read_rows(self, header: list[str]) -> None:
        """Read every row under the header."""
        for count, (line, cells) in enumerate(self._rows(), start=1):
            if count > MOST_ROWS:
                sentence = text("The file has more than %(count)s rows.", count=MOST_ROWS)
                self._fault(0, "", sentence)
                return
            if len(self.faults) >= MOST_FAULTS:
                self._fault(0, "", text("There are too many faults to go on reading."))
                return
            self._read_row(line, cells, header)
        if not self.records and not self.faults:
            self._fault(0, "", text("The file has no rows under its column names."))

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each row that is not blank with the line it begins on."""
        while True:
            line = self.reader.line_num + 1
            try:
                cells = next(self.reader)
            except StopIteration:
                return
            except csv.Error:
                sentence = text("A quotation mark is not closed, or stands inside a cell.")
                self._fault(line, "", sentence)
                continue  # the reader starts afresh on the next line
            if any(cell.strip() for cell in cells):
                yield line, cells

    def _name(self, line: int, cell: str) -> str:
        try:
            return cleaned(cell).lower()
        except BadCell as bad:
            self._fault(line, "", str(bad))
            return ""

    def _check_name(self, line: int, name: str, at: int, names: list[str]) -> None:
        if not name:
            self._fault(line, "", text("Column %(number)s has no name.", number=at + 1))
        elif name not in self.columns:
            self._fault(line, shortened(name), text("This column is unknown."))
        elif name in names[:at]:
            self._fault(line, name, text("This column is there twice."))

    def _read_row(self, line: int, cells: list[str], header: list[str]) -> None:
        while len(cells) > len(header) and not cells[-1].strip():
            cells = cells[:-1]
        if len(cells) != len(header):
            sentence = text(
                "This line has %(cells)s cells, but there are %(columns)s columns.",
                cells=len(cells),
                columns=len(header),
            )
            self._fault(line, "", sentence)
            return
        values: dict[str, Any] = dict.fromkeys(self.columns)
        for name, cell in zip(header, cells, strict=True):
            values[name] = self._read_cell(line, self.columns[name], cell)
        self.records.append(Record(line, values))

    def _read_cell(self, line: int, column: Column, cell: str) -> Any:
        try:
            value = cleaned(cell)
            if value:
                return column.read(value)
            if column.required:
                raise BadCell(text("This cell is empty, but it is needed."))
        except BadCell as bad:
            self._fault(line, column.name, str(bad))
        return None

    def _fault(self, line: int, column: str, sentence: str) -> None:
        self.faults.append(LineFault(line, column, sentence))


def _delimiter(content: str, known: Mapping[str, Column]) -> str:
    """Return the delimiter that finds most known columns in the first line that is not blank."""
    first = next((line for line in content.splitlines() if line.strip(" ,;")), "")

    def found(delimiter: str) -> int:
        names = (name.strip(' "\t').lower() for name in first.split(delimiter))
        return sum(name in known for name in names)

    return max(DELIMITERS, key=found)


def cleaned(cell: str) -> str:
    """Return a cell's text in one line: trimmed, single spaces, invisible marks taken out.

    Raises BadCell for control characters (NUL and the like) and for a cell longer than a page.
    """
    if len(cell) > LONGEST_CELL:
        raise BadCell(text("This cell is longer than %(count)s characters.", count=LONGEST_CELL))
    if cell.isascii() and cell.isprintable():
        return " ".join(cell.split())
    plain = unicodedata.normalize("NFC", re.sub(r"[\t\r\n\u2028\u2029]", " ", cell))
    plain = "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")
    for sign in plain:
        if unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn"):
            raise BadCell(
                text("There is a sign that cannot be shown: %(sign)s.", sign=f"U+{ord(sign):04X}")
            )
    return " ".join(plain.split())


def shortened(value: str, length: int = 40) -> str:
    """Return at most `length` characters of a text, for quoting it in a sentence."""
    return value if len(value) <= length else value[: length - 1] + "…"
