"""What a therapist records at the table: the short questions, pain and pressure, with large targets."""
