"""The column type of everything sealed: it takes nothing in clear."""

from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

from practice.core.sealed_text import MARK


class Sealed(TypeDecorator[bytes]):
    """Bytes that ``core.sealed_text`` sealed; anything else is refused before it reaches the database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002  # SQLAlchemy's signature
        if value is not None and not value.startswith(MARK):
            raise ValueError("only what is sealed may be stored here")
        return value
