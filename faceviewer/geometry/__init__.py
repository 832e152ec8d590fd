"""Rotations, alignment, normals, points on surfaces, measuring and comparing meshes, smoothing; numpy and scipy."""
