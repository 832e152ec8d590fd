"""Flickr-Faces-HQ (Karras, Laine, Aila, arXiv 1812.04948): its metadata, files and alignment, without a window."""
