"""FFHQ-UV: facial texture maps with attributes, lights and latent codes, from files that users bring."""
