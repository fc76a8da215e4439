"""Answers that are sent again only when they have changed."""

from flask import Response, request


def unless_known(answer: Response) -> Response:
    """Give *answer* an ETag and make it an empty 304 for a reader whose If-None-Match has it.

    Only that header counts: If-Match guards writing, and a read that honoured it would refuse with no word why.
    """
    answer.add_etag()
    tag, _is_weak = answer.get_etag()
    if request.if_none_match.contains(tag or ""):
        answer.status_code = 304
        answer.set_data(b"")
    return answer
