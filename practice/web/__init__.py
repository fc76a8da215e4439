"""Presentation toolkit: problems, forms, pages, idempotency keys and design tokens; knows no feature."""
