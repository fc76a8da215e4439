"""A document is what its content says, or it is refused."""

import random
import zlib

import pytest

from practice.safety import documents
from practice.safety.documents import LARGEST, type_of
from practice.safety.errors import NotThatDocument

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40 + b"\0\0\0\0IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 40 + b"\xff\xd9"


def packed(objects, kind=b"ObjStm"):
    """A PDF whose objects lie compressed in a stream."""
    stream = b"2 0 obj\n<</Type/%b/Filter/FlateDecode>>\nstream\n%b\nendstream\nendobj\n" % (
        kind,
        zlib.compress(objects),
    )
    return PDF.replace(b"trailer", stream + b"trailer")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (packed(b"<</Type/Page>>"), "application/pdf"),
        (packed(b"/JavaScript", b"XObject"), "application/pdf"),
        (PDF, "application/pdf"),
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (JPEG + b"\n", "image/jpeg"),
    ],
)
def test_it_is_known_by_its_content(content, media_type):
    assert type_of(content) == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Dr Pell says yes",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        b"<!DOCTYPE html><html></html>",
        b"GIF89a" + b"\0" * 40,
        b"PK\x03\x04" + PDF,
        PDF[:20],
        PNG[:-4],
        JPEG[:-2],
        PNG[:20] + b"<script>alert(1)</script>" + PNG[20:],
        PDF.replace(b"<<>>", b"<</OpenAction 2 0 R>>", 1),
        PDF.replace(b"<<>>", b"<</JavaScript (x)>>", 1),
        PDF.replace(b"<<>>", b"<</J#61v#61Script (x)>>", 1),
        PDF.replace(b"<<>>", b"<</J#53 (app.alert(1))>>", 1),
        PDF.replace(b"<<>>", b"<</JS\n12 0 R>>", 1),
        packed(b"<</S/JavaScript/JS(x)>>"),
        packed(b"<</S/JavaScript/JS(x)>>").replace(b"/FlateDecode", b"/FlateDecode" + b" " * 3000),
        PDF.replace(b"<<>>", b"<</Names<</EmbeddedFiles 2 0 R>>>>", 1),
        JPEG[:4] + PDF + JPEG[4:],
        packed(b"<<>>").replace(b"x\x9c", b"\0\0", 1),
        packed(b" " * (documents.MOST_UNPACKED + 1)),
        PDF + b"\0" * LARGEST,
    ],
    ids=lambda content: repr(content[:24]),
)
def test_what_it_is_not_is_refused_with_a_way_out(content):
    with pytest.raises(NotThatDocument) as refused:
        type_of(content)
    assert refused.value.ways_out


def test_a_scan_in_which_three_letters_stand_by_chance_is_no_trap():
    noise = random.Random(4).randbytes(200_000) + b" /JS\x9b /JS\x00\xfe "
    assert (
        type_of(PDF.replace(b"trailer", b"3 0 obj\n<<>>\nstream\n" + noise + b"\nendstream\ntrailer"))
        == "application/pdf"
    )
