"""Files that come with a clearance: what they are is read from their content, never from a name or a header. Pure."""

import re
import zlib
from collections import deque
from collections.abc import Iterator
from typing import Literal

from practice.safety.errors import NotThatDocument

LARGEST = 10 * 1024 * 1024
MediaType = Literal["application/pdf", "image/png", "image/jpeg"]
ENDING: dict[MediaType, str] = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}

_PNG_START, _PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
_JPEG_START, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
_PDF_START, _PDF_END = b"%PDF-", b"%%EOF"

# A file that opens as two things is a trap for whoever opens it as the other one.
_FOREIGN = re.compile(rb"(?i)<(?:!doctype|html|script|svg|\?xml)|PK\x03\x04|MZ\x90\x00|\x7fELF")
MOST_UNPACKED = 32 * 1024 * 1024


def _spelled(name: str) -> bytes:
    """Return the pattern of a PDF's name, each letter written as itself or as its number."""
    return b"".join(b"(?:%c|#(?i:%02x))" % (letter, letter) for letter in name.encode())


# What a document never needs in order to be read, and what makes opening it run something. Three letters are met by
# chance in a scan of some megabytes, so the short name counts only with a value behind it.
_NAMES = ("JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "OpenAction", "RichMedia", "XFA")
_ACTIVE_PDF = re.compile(
    rb"/(?:(?:"
    + b"|".join(map(_spelled, _NAMES))
    + rb")\b|"
    + _spelled("JS")
    + rb"[\s\0]*(?:[(<%]|\d+[\s\0]+\d+[\s\0]+R\b))"
)
_EDGE_OF_STREAM = re.compile(rb"(?P<ends>end)?stream(?:\r?\n)?")
_OBJECTS = re.compile(b"/" + _spelled("ObjStm"))
_LONGEST_HEAD = 2000


def type_of(content: bytes) -> MediaType:
    """Return what a file is; raises :class:`NotThatDocument` for anything but a whole PDF, PNG or JPEG of 10 MB."""
    if len(content) > LARGEST:
        raise NotThatDocument("The file is larger than 10 MB. Send it smaller, or photograph the page.")
    found = _recognised(content)
    if found is None:
        raise NotThatDocument("Only a PDF, a PNG or a JPEG can be taken, and this is none of them, or not whole.")
    is_pdf = found == "application/pdf"
    if _FOREIGN.search(content[:1024]) or (_runs(content) if is_pdf else _PDF_START in content[:1024]):
        raise NotThatDocument("The file carries something that would run when it is opened. Print or scan it anew.")
    return found


def _recognised(content: bytes) -> MediaType | None:
    tail = content[-1024:]
    if content.startswith(_PNG_START) and content.rstrip(b"\0").endswith(_PNG_END):
        return "image/png"
    if content.startswith(_JPEG_START) and content.rstrip(b"\0\r\n").endswith(_JPEG_END):
        return "image/jpeg"
    if content.startswith(_PDF_START) and _PDF_END in tail:
        return "application/pdf"
    return None


def _runs(pdf: bytes) -> bool:
    return any(_ACTIVE_PDF.search(part) for part in (pdf, *_packed_objects(pdf)))


def _packed_objects(pdf: bytes) -> Iterator[bytes]:
    """Yield what lies compressed among the objects of a PDF, as much as is fit for a document."""
    begins, room = 0, MOST_UNPACKED
    heads = deque(found.start() for found in _OBJECTS.finditer(pdf))
    for edge in _EDGE_OF_STREAM.finditer(pdf):
        if edge["ends"] and begins:
            found = _unpacked(pdf[begins : edge.start()], room)
            room -= len(found)
            yield found
            begins = 0
        elif not edge["ends"] and (_head_waits(heads, edge.start()) or _head_is_near(pdf, edge.start())):
            begins = edge.end()


def _head_waits(heads: deque[int], place: int) -> bool:
    """Return whether a head has no stream before *place*, however much was written between; it has one now."""
    is_waiting = bool(heads) and heads[0] < place
    while heads and heads[0] < place:
        heads.popleft()
    return is_waiting


def _head_is_near(pdf: bytes, place: int) -> bool:
    return _OBJECTS.search(pdf, max(0, place - _LONGEST_HEAD), place) is not None


def _unpacked(packed: bytes, room: int) -> bytes:
    try:
        found = zlib.decompressobj().decompress(packed, room + 1)
    except zlib.error as unreadable:
        raise NotThatDocument("The file is locked, so nobody can look into it here. Print or scan it.") from unreadable
    if len(found) > room:
        raise NotThatDocument("The file unpacks to more than a document holds. Print or scan it anew.")
    return found
