"""Cross-cutting concerns, one file each. Nothing in here knows a noun of the domain."""
