"""What identifies tools in files: tables of names, no decisions."""
