"""TRG: from the published files to heads, where they are before the camera and how they are turned."""
