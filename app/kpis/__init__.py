"""KPI definitions, the ledger they are posted to, and the summaries read from it."""
