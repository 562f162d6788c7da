"""Texts by language."""
