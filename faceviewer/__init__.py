"""Turns photographs into textured 3D heads."""
