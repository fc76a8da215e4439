"""Tests mirror the package; names are sentences about behaviour."""
