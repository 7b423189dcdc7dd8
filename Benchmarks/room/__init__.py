"""The room benchmark: more finished work than Redis holds, at full rate, and whether any of it stops new work."""
