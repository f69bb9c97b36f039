"""A drafted paper as an OpenDocument text that an office can change: the only odfdo.

Everything comes as data. Text is set as text, so no sign of it can become markup; what XML cannot
hold at all (a control character that got this far) becomes U+FFFD.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from odfdo import Cell, Column, Document, Element, Paragraph, Row, Span, Table

BLANK = "………"
GENERATOR = "netralitas"
TITLE = "Judul"
# What LibreOffice's own template brings and a letter does not need.
_UNUSED = ("Thumbnails/", "Configurations2/", "manifest.rdf")
# XML 1.0, section 2.2: the characters that may stand in a document.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKER = re.compile(r"^(•|[a-z0-9]+\.) ")

_PAGE = (
    ("fo:margin-top", "2cm"),
    ("fo:margin-bottom", "2cm"),
    ("fo:margin-left", "2.8cm"),
    ("fo:margin-right", "2.2cm"),
)
_TEXT = 'style:font-name="Liberation Sans" fo:font-size="11pt"'
_FIELD = 'fo:margin-left="5cm" fo:text-indent="-5cm" fo:margin-bottom="0.1cm"'
_HANGING = 'fo:margin-left="0.4cm" fo:text-indent="-0.4cm" fo:margin-bottom="0.1cm"'
_TITLE = 'fo:text-align="center" fo:keep-with-next="always"'
_ABOVE = 'fo:margin-top="0.4cm" fo:margin-bottom="0.15cm" fo:keep-with-next="always"'
_KOP = (
    'fo:text-align="center" fo:padding="0.6cm" fo:border="none" fo:margin-bottom="0.5cm"'
    ' fo:border-bottom="0.05cm solid #555555"'
)
_QUOTE = (
    'fo:background-color="#f5f5f2" fo:padding="0.15cm" fo:border="none" fo:margin-left="0.3cm"'
    ' fo:border-left="0.08cm solid #8a8a80" fo:margin-bottom="0.1cm"'
)
_SMALL = 'style:font-name="Liberation Sans" fo:color="#555555" fo:font-size="8pt"'
_PARAGRAPHS = {
    "Isi": ('fo:margin-bottom="0.2cm"', _TEXT),
    "Isian": (_FIELD, _TEXT),
    "Butir": (_HANGING, _TEXT),
    "Subjudul": (_ABOVE, f'{_TEXT} fo:font-weight="bold"'),
    TITLE: (_TITLE, f'{_TEXT} fo:font-weight="bold"'),
    "Kop": (_KOP, _SMALL),
    "Kutipan": (_QUOTE, _TEXT),
    "Sel": ("", 'style:font-name="Liberation Sans" fo:font-size="10pt"'),
    "Kaki": ("", _SMALL),
}
_WORDS = {
    "Tebal": 'fo:font-weight="bold"',
    "Ditandai": 'fo:background-color="#ffe08a"',
}
_STYLE_OF = {"bold": "Tebal", "mark": "Ditandai"}
_BORDER = "0.02cm solid #777777"


def render(letter: Mapping[str, Any]) -> bytes:
    """Return a paper, as ``letters.data`` gives it, as the bytes of an .odt file."""
    document = Document("text")
    document.body.clear()
    _styles(document)
    _foot(document, letter["foot"])
    for part in letter["parts"]:
        for element in _MAKERS[part["kind"]](part):
            document.body.append(element)
    for number, table in enumerate(document.body.get_tables(), start=1):
        table.set_attribute("table:name", f"Tabel{number}")
    if letter["note"]:
        document.body.append(_paragraph(letter["note"], "Kaki"))
    document.meta.title = f"{letter['title']} {letter['finding']}"
    document.meta.generator = GENERATOR
    _strip(document)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def text_of(value: str) -> str:
    """Return a text that XML can hold."""
    return _NO_XML.sub("\ufffd", value)


def _blocks(part: Mapping[str, Any]) -> Iterator[Element]:
    for block in part["blocks"]:
        for line in block["lines"]:
            yield _runs(line, "Kutipan") if block["quote"] else _line(line)


def _line(line: Sequence[Mapping[str, str]]) -> Element:
    first = line[0]
    if first["kind"] == "mono":
        return _paragraph(first["text"], "Subjudul")
    if first["kind"] == "bold":
        return _field(first["text"], "".join(run["text"] for run in line[1:]).strip())
    return _runs(line, "Butir" if _MARKER.match(first["text"]) else "Isi")


def _field(name: str, value: str) -> Element:
    """Set a name and its value with a hanging indent: easier to change than a table."""
    return _paragraph(f"{name}\t: {value or BLANK * 4}", "Isian")


def _runs(line: Sequence[Mapping[str, str]], style: str) -> Element:
    made = Paragraph("", style=style)
    for run in line:
        if name := _STYLE_OF.get(run["kind"]):
            made.append(Span(text_of(run["text"]), style=name))
        else:
            made.append(text_of(run["text"]))
    return made


def _title(part: Mapping[str, Any]) -> Iterator[Element]:
    yield from (_paragraph(text, TITLE) for text in (*part["lines"], ""))


def _kop(part: Mapping[str, Any]) -> Iterator[Element]:
    yield from (_paragraph(text, "Kop") for text in part["lines"])


def _fields(part: Mapping[str, Any]) -> Iterator[Element]:
    yield from (_field(name, "") for name in part["rows"])


def _room(part: Mapping[str, Any]) -> Iterator[Element]:
    if part["title"]:
        yield _paragraph(part["title"], "Isi")
    yield from (_paragraph(BLANK * 12, "Isi") for _ in range(part["lines"]))


def _sign(part: Mapping[str, Any]) -> Iterator[Element]:
    """Set blocks for signatures side by side; a single one stands at the right."""
    who = part["who"]
    columns = who if len(who) > 1 else [[], ["……… , ………", *who[0]]]
    yield _paragraph("", "Isi")
    widths = [1] * len(who) if len(who) > 1 else [4, 3]
    yield _table([[_stack(lines or [""]) for lines in columns]], widths, "Polos")


def _stack(lines: Sequence[str]) -> list[Element]:
    rows: list[str] = []
    for line in lines:
        rows += [line] if line else ["", "", ""]
    return [_paragraph(text, "Sel") for text in rows]


def _listed(part: Mapping[str, Any]) -> Iterator[Element]:
    head = [[_runs([{"kind": "bold", "text": text}], "Sel")] for text in part["head"]]
    rows = [
        [[_paragraph(cell, "Sel")] if cell else _stack(["", ""])[:3] for cell in row]
        for row in part["rows"]
    ]
    yield _table([head, *rows], part["widths"], "Garis")
    yield _paragraph("", "Isi")


def _table(
    rows: Sequence[Sequence[Iterable[Element]]], widths: Sequence[int], style: str
) -> Element:
    made = Table("Tabel", style="Penuh")
    for width in widths:
        made.append(Column(style=f"Kolom{width}"))
    for row in rows:
        line = Row()
        for inside in row:
            cell = Cell(style=style)
            for element in inside:
                cell.append(element)
            line.append(cell)
        made.append(line)
    return made


_MAKERS = {
    "blocks": _blocks,
    "title": _title,
    "kop": _kop,
    "fields": _fields,
    "room": _room,
    "sign": _sign,
    "table": _listed,
}


def _paragraph(text: str, style: str) -> Element:
    return Paragraph(text_of(text), style=style)


def _styles(document: Document) -> None:
    for name, (block, text) in _PARAGRAPHS.items():
        _add(
            document,
            f'<style:style style:name="{name}" style:family="paragraph"'
            f' style:parent-style-name="Standard"><style:paragraph-properties {block}/>'
            f"<style:text-properties {text}/></style:style>",
        )
    for name, text in _WORDS.items():
        _add(
            document,
            f'<style:style style:name="{name}" style:family="text">'
            f"<style:text-properties {text}/></style:style>",
        )
    _add(
        document,
        '<style:style style:name="Penuh" style:family="table">'
        '<style:table-properties style:width="16cm" table:align="margins"/></style:style>',
        automatic=True,
    )
    for name, border in (("Garis", _BORDER), ("Polos", "none")):
        _add(
            document,
            f'<style:style style:name="{name}" style:family="table-cell">'
            f'<style:table-cell-properties fo:padding="0.12cm" fo:border="{border}"/>'
            "</style:style>",
            automatic=True,
        )
    for width in range(1, 8):
        _add(
            document,
            f'<style:style style:name="Kolom{width}" style:family="table-column">'
            f'<style:table-column-properties style:rel-column-width="{width * 1000}*"/>'
            "</style:style>",
            automatic=True,
        )
    for properties in document.styles.get_elements("//style:page-layout-properties"):
        for name, value in _PAGE:
            properties.set_attribute(name, value)


def _add(document: Document, markup: str, *, automatic: bool = False) -> None:
    document.insert_style(markup, automatic=automatic)


def _foot(document: Document, text: str) -> None:
    """Set the foot of each page: what the draft comes from, and the number of the page."""
    foot = Element.from_tag("<style:footer/>")
    line = _paragraph(f"{text} Halaman ", "Kaki")
    line.append(Element.from_tag('<text:page-number text:select-page="current"/>'))
    foot.append(line)
    for master in document.styles.get_elements("//style:master-page"):
        master.append(foot)


def _strip(document: Document) -> None:
    container = document.container
    for name in container.parts if container else ():
        if container and name.startswith(_UNUSED):
            container.del_part(name)
    for name in document.manifest.get_paths():
        if name.startswith(_UNUSED):
            document.manifest.del_full_path(name)
