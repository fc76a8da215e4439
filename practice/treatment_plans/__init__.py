"""The prescribed course: episodes, plans, versions and planned sessions."""
