"""Dock panels: lists, switches and numbers beside the panes."""
