"""The pages of treatment plans: dates and states for the desk, the whole course for clinical roles."""
