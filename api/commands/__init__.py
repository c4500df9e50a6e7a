"""The commands that the service adds to ``folioscope``, by the entry-point group ``folioscope.commands``."""
