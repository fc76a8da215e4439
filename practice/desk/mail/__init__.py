"""The ledger of messages: what goes, what went, what did not and why, and what to do then."""
