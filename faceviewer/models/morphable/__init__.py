"""What the published linear face models share: the camera of the 224 crop, the order of rotations, light, normals.

3DDFA-V3 (``models.tddfa_v3``) and HiFi3D++ (``models.hifi3d``) both descend from Deep3DFaceRecon and agree in these.
"""
