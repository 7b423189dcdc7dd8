"""The growth benchmark: what becomes of speed and memory when there is more of something."""
