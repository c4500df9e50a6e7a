"""A rule for Folioscope: is there a model card?"""
