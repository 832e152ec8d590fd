"""UV maps in the manner of FFHQ-UV (Bai et al., CVPR 2023): photos unwrapped onto a layout and completed by a template.

Maps are (S, S, 3) float32 RGB, 0 to 255, row 0 is v = 1; masks are (S, S) float32, 0 to 1. Widths of filters are in
texels of the published side of 1024.

Rooms, in the order of the data: ``guides`` (the template and its masks), ``unwrap`` (a photo on the layout), ``fill``
(one view into the map), ``rectangles`` (eyes, nostrils and mouth from the template), ``complete`` (the rest,
blended in), ``views`` (all of it for one to three photos); ``filters``, ``color_match``, ``pyramid`` and ``soft_mask``
serve them. ``plain`` and ``gather`` do the same for any layout, without the masks of a published one. ``metrics`` and
``relight`` look at finished maps.
"""
