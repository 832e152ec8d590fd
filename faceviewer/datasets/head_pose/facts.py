"""What people should know before they use a data set, and where it comes from."""

from __future__ import annotations

from faceviewer.datasets.head_pose.sample import Angles

COUNTED: dict[Angles, str] = {"pose_para": "AFLW2000-3D", "yxz": "TRG"}
"""Who counts angles so, as readers of figures know it."""
TERMS = {
    "arkitface": "ARKitFace: its authors give it out on a signed agreement, for research only "
    "(github.com/cbsropenproject/6dof_face).",
    "300w-lp": "300W-LP: published for research; the terms of the data sets that its photos come from hold as well.",
    "aflw2000": "AFLW2000-3D: published for research; the photos belong to those who took them.",
    "biwi": "BIWI Kinect Head Pose: published for research; the subjects are people who lent their faces to it.",
    "heads": "A folder of your own: its terms are yours.",
}
"""Kind of data set -> one sentence. faceviewer downloads none of them."""
