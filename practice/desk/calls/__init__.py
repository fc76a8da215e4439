"""Calls and other things to do: whom to phone, and how it ended."""
