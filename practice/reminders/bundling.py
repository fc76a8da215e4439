"""Which messages leave as one mail, and under which Message-ID. Pure.

A copy of a mail that may have arrived carries the first one's id and nothing that the first one lacked: mail programs
show only one of the two.
"""

import uuid
from collections.abc import Collection, Hashable, Iterable
from typing import Protocol, TypeVar

# One namespace for all message ids: equal keys give equal ids on every machine, so a copy after a crash is a copy.
_NAMESPACE = uuid.UUID("6d3f0a52-5c1e-4a0b-9d65-6f9f4f2f7c11")


class Bundled(Protocol):
    """What bundling looks at of a message."""

    id: int
    dedupe_key: str
    act_id: str | None
    client_id: int
    to_address: str
    copies: int
    message_id: str


M = TypeVar("M", bound=Bundled)


def bundles_of(messages: Iterable[M]) -> Collection[list[M]]:
    """Return which messages leave as one mail: those of one act to one client, copies apart from what is new."""
    found: dict[Hashable, list[M]] = {}
    for message in messages:
        found.setdefault(_mail_of(message), []).append(message)
    return found.values()


def _mail_of(message: Bundled) -> Hashable:
    if message.act_id is None:
        return message.id
    copy_of = message.message_id if message.copies else None
    return message.act_id, message.client_id, message.to_address, copy_of


def message_id(dedupe_keys: Collection[str], domain: str) -> str:
    """Return the Message-ID of a mail that carries these messages, the same for every attempt."""
    name = "\n".join(sorted(dedupe_keys))
    return f"<{uuid.uuid5(_NAMESPACE, name)}@{domain}>"


def id_of_mail(messages: Collection[Bundled]) -> str:
    """Return the Message-ID under which these messages leave as one mail."""
    first, *_ = messages
    if first.act_id is None or first.copies:
        return first.message_id
    return message_id([message.dedupe_key for message in messages], first.message_id.strip("<>").rpartition("@")[2])
