"""What happened at an appointment: pre-check, vitals, measures and the body map."""
