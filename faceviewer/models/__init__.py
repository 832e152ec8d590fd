"""Morphable head models: shapes, expressions and what their meshes know about a face."""
