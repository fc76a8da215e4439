"""Files that come with a clearance: what they are is read from their content, never from a name or a header. Pure."""

import re
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
# What a document never needs in order to be read, and what makes opening it run something.
_ACTIVE_PDF = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|OpenAction|RichMedia|XFA)\b")


def type_of(content: bytes) -> MediaType:
    """Return what a file is; raises :class:`NotThatDocument` for anything but a whole PDF, PNG or JPEG of 10 MB."""
    if len(content) > LARGEST:
        raise NotThatDocument("The file is larger than 10 MB. Send it smaller, or photograph the page.")
    found = _recognised(content)
    if found is None:
        raise NotThatDocument("Only a PDF, a PNG or a JPEG can be taken, and this is none of them, or not whole.")
    if _FOREIGN.search(content[:1024]) or (found == "application/pdf" and _ACTIVE_PDF.search(content)):
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
