"""How far it goes: measured costs of the stages, and what a million repositories a day would take."""
