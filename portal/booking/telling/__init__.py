"""What the clock tells of an appointment: a reminder before it, a narrower time on the day."""
