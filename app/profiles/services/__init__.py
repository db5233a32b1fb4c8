"""Every write to basic records and change requests."""
