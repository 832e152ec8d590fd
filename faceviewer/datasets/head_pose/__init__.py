"""Data sets of faces whose head pose, landmarks or shape are known: read, browsed, and measured against."""
