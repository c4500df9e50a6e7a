"""A cluster as small as kubectl and helm need one: its API with state, and what its controllers do, at once.

Real programs speak to it over HTTP. Nothing on PyPI carries them: they ask for discovery, tables, protocol buffers, server-side
apply, lists that are watched, subresources and programs that run in pods.
"""
