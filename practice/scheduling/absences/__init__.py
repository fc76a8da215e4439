"""What changes under the diary (absences, closures, hours, rooms, services) and what becomes of the visits it hits."""
