"""What every room stands on: money, clock, ids, errors, events and their delivery, schedule."""
