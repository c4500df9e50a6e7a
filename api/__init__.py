"""The service around the engine: HTTP API, jobs, store and accounts. Pages are in ``api/pages``."""
