"""Measuring the landmark network on heads whose truth is known; run by developers, its results lie in ``head.npz``.

``python -m faceviewer.engines.builtin.calibration --help``. Data flow: ``people`` (random heads) -> ``scenes``
(random cameras, light, pictures) -> ``dataset`` (what the detector says) -> ``learn`` (landmark positions, their
spread, and the correction of the fit) -> ``__main__`` stores it with the head.

Then, for the refinement by the picture itself: ``people`` -> ``skins`` -> ``portraits`` (light, backgrounds) ->
``dataset`` -> ``studies`` (what the pictures show and the engine misses; ridge regression) -> ``__main__``.
"""
