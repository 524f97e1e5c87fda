"""Several PDFs as one, with an outline by which Odoo cuts the file into its documents again."""

import io

from odoo.tools.pdf import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    PdfFileReader,
    PdfFileWriter,
    createStringObject,
)


def join(parts, first_pages):
    """Return the PDFs `parts` (bytes) as one PDF, with an outline of the pages (from 0) where documents begin."""
    writer = PdfFileWriter()
    for part in parts:
        writer.appendPagesFromReader(PdfFileReader(io.BytesIO(part)))
    add_outline(writer, first_pages)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def add_outline(writer, first_pages):
    """Add an outline with one entry for each page number in `first_pages` to a PDF writer.

    `ir.actions.report._render_qweb_pdf_prepare_streams` reads it in wkhtmltopdf's form: named destinations in the
    catalog's /Dests, whose page is a number.
    """
    names = [NameObject(f'/document{number}') for number in range(1, len(first_pages) + 1)]
    outline = _dictionary(Type=NameObject('/Outlines'), Count=NumberObject(len(names)))
    outline_ref = writer._addObject(outline)
    items = [
        _dictionary(Title=createStringObject(str(number)), Parent=outline_ref, Dest=name)
        for number, name in enumerate(names, 1)
    ]
    refs = [writer._addObject(item) for item in items]
    for number in range(1, len(items)):
        items[number - 1][NameObject('/Next')] = refs[number]
        items[number][NameObject('/Prev')] = refs[number - 1]
    outline.update(_dictionary(First=refs[0], Last=refs[-1]))
    writer._root_object.update(_dictionary(
        Outlines=outline_ref,
        Dests=writer._addObject(DictionaryObject({
            name: ArrayObject([NumberObject(page), NameObject('/Fit')])
            for name, page in zip(names, first_pages)
        })),
    ))


def _dictionary(**values):
    return DictionaryObject({NameObject(f'/{key}'): value for key, value in values.items()})
