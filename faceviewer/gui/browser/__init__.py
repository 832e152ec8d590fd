"""A grid of thumbnails for very many pictures, whatever they are of: see ``source.PictureSource``."""
