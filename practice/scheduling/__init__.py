"""Availability, holds, appointments and parked calls: the only place where time is taken or given back."""
