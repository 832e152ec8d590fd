"""3DDFA-V3: from the published files to heads with its numbers."""
