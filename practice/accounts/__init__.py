"""Users, sign-in, sessions, signed links, API tokens and the permission table."""
