"""The client record: contacts, relations, consents, alerts and search."""
