"""Torch modules whose state-dict keys are those of the published checkpoints; no files, no pictures, no geometry."""
