"""The demonstration zone: the Kunming High-tech Zone's published structure with made-up people.

Everything is derived from one seed; no person exists, company names are made up save for those on
public lists, and no amount stands beside a real name.
"""
