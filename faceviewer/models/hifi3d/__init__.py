"""HiFi3D++, the face model of FFHQ-UV (Bai et al., CVPR 2023): from 1049 coefficients to geometry, colour and pictures.

Rooms, in the order of the data: ``schema`` and ``face_model`` (the arrays), ``coefficients``, ``decode`` (shape, pose,
camera, light), ``drawing`` (the 224 crop), ``points`` and ``topology`` (landmarks; heads without a model file),
``convert`` (to the program's own types), ``correspondence`` and ``transfer`` (textures to the built-in head and back),
``eyeballs`` with ``eyeball_files``, ``flame`` (the maps on another model's heads), ``uv_assets`` (the template and its
masks) and ``map_report`` (folders of maps, measured). What maps go through is in ``raster.uv_maps``.

What the published program does in its own way, and what is done about it here:

=====================================  ===============================================================================
In the published program               Here
=====================================  ===============================================================================
Light in files of the unwrapping step  ``coefficients`` are those of the network, without; ``morphable.lighting`` adds
has the plain light of 0.8 in it       it. Whoever reads such files takes 0.8 from the first of each nine.
Landmarks point up, pictures down      ``Decoded.v2d`` points up; ``crop_xy_px`` is ours.
Normals count triangles equally        Kept.
A pixel takes one texel, unfiltered,   Kept in ``drawing``, on which fits rest; elsewhere textures are filtered.
and seams are smeared
Templates lose a third of their        Kept (``color_match.FLATTENING``).
contrast when they are matched
Hidden skin is told by normals alone   Kept; ``unwrap.view_of`` can be told what is seen besides.
Positions count from the middle of     ``PhotoView`` has ours, half a pixel more.
the first pixel
The eyeballs' fit does not rule out a  Kept: sockets of a head never ask for one.
reflection
FLAME's "simple" eyeballs name a       Two meshes with two textures.
texture coordinate that is not there
=====================================  ===============================================================================
"""
