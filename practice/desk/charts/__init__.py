"""Drawings made on the server: what is recorded, as coordinates for templates; every number is in a table too. Pure."""
