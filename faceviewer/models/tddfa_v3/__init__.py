"""3DDFA-V3's face model (Wang et al., 3D Face Reconstruction with the Geometric Guidance of Facial Part Segmentation,
CVPR 2024): from the network's 257 coefficients to geometry, colour, pictures, landmarks, parts and textures.

Rooms, in the order of the data: ``face_model`` (the arrays), ``coefficients``, ``decode`` (shape, pose, camera),
``lighting``, ``drawing`` (the 224 crop), ``segments``, ``landmarks``, ``texture`` with ``uv_grid`` and ``blend`` (the
reference's texture), ``published`` (its results in the photo), ``convert`` and ``photo_texture`` (to the program's own
types), ``correspondences`` with ``mesh_conversion`` and ``convert_files`` (between the four meshes of the Basel Face
Model).

What the published program does in its own way, and what is done about it here:

=====================================  ===============================================================================
In the published program               Here
=====================================  ===============================================================================
Pixels are sampled at their corners    ``drawing.LIKE_GPU`` (centres, perspective), which is how its networks were
on a CPU, at their centres on a GPU    trained and what our cameras say; ``LIKE_CPU`` for comparisons.
Triangle 0 and the first triangle of   Drawn like all others.
each part are missing from CPU masks
A frame of 2 pixels on the CPU shows   No streaks: nothing is drawn outside of its triangle.
streaks of triangles that touch it
Landmarks are half a pixel away from   ``convert.landmark_sets`` projects the mesh through one camera, so landmarks,
its pictures, another way in x and y   mesh and pictures agree; ``landmarks.reference_pixels`` gives its numbers.
A second use flips landmarks again     Nothing is changed in place.
Visible means: owns a pixel, and the   Kept.
normal points out of the picture
Normals count triangles equally        Kept.
Profile lines: the last list wins,     Kept, for batches too.
the first vertex settles a tie
Textures: drawn with 1024 texels a     Kept in ``texture``, on which published numbers rest; ``photo_texture`` samples
side and read with 1023, colours of    texel centres, from the photo itself.
the 224 crop at the vertices
Vertices outside of the crop are       Kept in ``texture``; ``photo_texture`` leaves them to the model.
black
The Poisson blend drifts in colour,    The default, five times faster, with the same drift and the same bend by
is bent by OpenCV's single precision   rounding; the median blend of its documentation is the other choice.
and takes half a second
The blend's mask is moved to the       Nothing is moved.
picture's middle
Colours out of range wrap around       Clipped.
=====================================  ===============================================================================
"""
