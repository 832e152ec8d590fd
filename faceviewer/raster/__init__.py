"""Drawing without a screen: triangles to pixels, visibility, light, sampling and pictures, in torch on any device."""
