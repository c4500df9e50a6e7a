"""Benchmarks: what is measured, with one program for each table."""
