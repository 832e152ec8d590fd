"""Reconstruction engines: from a photo and its faces to textured heads."""
