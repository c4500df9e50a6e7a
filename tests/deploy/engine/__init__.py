"""A Docker engine as small as Docker Compose needs one: its API with state, and containers that run nothing.

Compose itself speaks to it over HTTP. What it runs for real are programs that are started in a container, on this machine.
"""
