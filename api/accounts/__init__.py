"""Accounts: keys, sign-in, who a request comes from, and the audit log."""
