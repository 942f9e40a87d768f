"""Tijdvenster's service, organised by subject: see docs/architecture.md."""
