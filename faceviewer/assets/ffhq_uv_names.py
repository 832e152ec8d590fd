"""What FFHQ-UV's files are called, with the folders in which its authors offer them, and the sizes of its head."""

from __future__ import annotations

VERTICES, UV_VERTICES, TRIANGLES, FACE_TRIANGLES = 20481, 20792, 40832, 18318
IDENTITY, EXPRESSION, ALBEDO = 532, 45, 439
SIDE = 1024
"""Of UV maps, texels."""
EYEBALL_VERTICES = 770

MODEL = "topo_assets/hifi3dpp_model_info.mat"
MEAN_FACE = "topo_assets/hifi3dpp_mean_face.obj"
ALIGNMENT = "topo_assets/similarity_Lm3D_all.mat"
UNWRAP_INFO = "topo_assets/unwrap_1024_info.mat"
TEMPLATE = "topo_assets/template_base_uv.png"
MASKS = {
    "topo_assets/center_face_mask.png": "Eyes, nose and mouth, where holes are solved from the template",
    "topo_assets/hair_mask.png": "Scalp, which keeps the template",
    **{
        f"topo_assets/{kind}_valid_{view}_mask.png": f"{what} of the {whose}"
        for kind, what in (("major", "Trusted core"), ("minor", "Usable area"))
        for view, whose in (*((view, f"{view} view") for view in ("front", "left", "right")), ("whole", "whole face"))
    },
    "topo_assets/mouth_constract_mask.png": "Surroundings of the mouth, where less is cut away",
    "topo_assets/nosal_base_mask.png": "Underside of the nose, where dark texels are not believed",
    "topo_assets/nostril_mask.png": "Nostrils, which are never believed",
    "topo_assets/unwrap_1024_info_mask.png": "Where the texture layout may be used",
}
"""Path -> what the mask marks."""
GUIDES = (TEMPLATE, *(path for path in MASKS if "_whole_" not in path))
"""What completing a UV map needs."""

FACE_AREA = "topo_assets/minor_valid_whole_mask.png"

ARCFACE = "checkpoints/arcface_model/ms1mv3_arcface_r50_fp16_backbone.pth"
DEEP3D = "checkpoints/deep3d_model/epoch_latest.pth"
DLIB = "checkpoints/dlib_model/shape_predictor_68_face_landmarks.dat"
DPR = "checkpoints/dpr_model/trained_model_03.t7"
E4E = "checkpoints/e4e_model/e4e_ffhq_encode.pt"
EXPRESSIONS = "checkpoints/exprecog_model/FacialExpRecognition_model.t7"
LANDMARKS = "checkpoints/lm_model/68lm_detector.pb"
MTCNN = "checkpoints/mtcnn_model/mtcnn_model.pb"
PARSING = "checkpoints/parsing_model/79999_iter.pth"
RESNET18 = "checkpoints/resnet_model/resnet18-5c106cde.pth"
STYLEFLOW = "checkpoints/styleflow_model/modellarge10k.pt"
DIRECTION = "checkpoints/styleflow_model/expression_direction.pt"
STYLEGAN2 = "checkpoints/stylegan_model/stylegan2-ffhq-config-f.pkl"
TEXTURES = "checkpoints/texgan_model/texgan_ffhq_uv.pth"
FACE_SQUARES = "checkpoints/texgan_model/texgan_cropface630resize1024_ffhq_uv_interpolate.pth"
VGG16 = "checkpoints/vgg_model/vgg16.pt"
EYEBALLS = ("eye_ball_assets/eyeLeft_mesh_move.obj", "eye_ball_assets/eyeRight_mesh_move.obj")
EYEBALL_TEXTURE = "eye_ball_assets/eye_ball_tex.png"
