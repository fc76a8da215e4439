"""Clients by mail link: they read one appointment and act by POST."""
