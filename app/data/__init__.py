"""Reference data shipped with the package; sources in SOURCES.md."""
