"""Practice management for massage-therapy clinics that treat sciatica."""
