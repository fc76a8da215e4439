"""The month at a glance, and the next gaps."""
