"""The verbs on appointments, holds and parked calls, their history, and their faces."""
