"""Build tool: which points of the built-in head and of a HiFi3D++ head belong together.

``python -m faceviewer.models.build_correspondence HEAD.obj`` writes ``resources/hifi3d_correspondence.npz``. HEAD.obj
is any head of FFHQ-UV; the shipped file was made from the demonstration head ``demos/teaser_1``, which is MIT-licensed.
"""
