"""Locations, rooms, services, therapists, hours, closures, policies, diaries and staff tasks."""
