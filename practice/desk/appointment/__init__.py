"""The panel of one appointment: its acts, the choices before them and what happened."""
