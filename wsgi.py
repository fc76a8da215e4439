"""Entry point for WSGI servers: ``waitress-serve wsgi:app`` or ``gunicorn wsgi:app``."""

from practice.app import create_app
from practice.config import from_environment

app = create_app(from_environment())
