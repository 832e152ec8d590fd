"""Measuring engines against data sets of which the truth is known."""
