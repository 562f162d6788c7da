"""Yinfeng 引凤: an investment-promotion CRM with a REST API."""
