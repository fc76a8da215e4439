"""Visits of one client that follow each other at once: booked, moved and cancelled together."""
