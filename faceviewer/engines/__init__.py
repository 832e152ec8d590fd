"""Reconstruction engines: from a photo and its faces to textured heads.

Importing this package, which always happens before torch is, tells OpenMP's threads to sleep while they wait. By
default they spin, and where other programs want the cores too, the many short steps of a fit then take up to fifty
times as long (measured: 0.1 s became 7 s on two busy cores). What the user has set is kept.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
