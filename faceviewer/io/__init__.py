"""Reading and writing files: photos, meshes, results."""
