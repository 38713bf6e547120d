"""Governance: measures under a rule, appeals, the audit log."""
