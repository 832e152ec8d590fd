"""Rotations, similarity alignment and mesh normals; numpy only."""
