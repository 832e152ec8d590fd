"""No module but those of ``safe_load`` reads pickles, checkpoints or arrays of numpy."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import faceviewer

PACKAGE = Path(faceviewer.__file__).parent
UNSAFE = {"torch.load", "np.load", "numpy.load", "torch.jit.load", "pickle.load", "pickle.loads", "np.fromfile"}
UNSAFE_MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}


def findings(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in UNSAFE:
            found.append(ast.unparse(node))
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.split(".")[0] in UNSAFE_MODULES]
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in UNSAFE_MODULES:
            found.append(str(node.module))
    return found


def test_unsafe_readers_stand_nowhere_else():
    found = {str(path.relative_to(PACKAGE)): findings(path) for path in sorted(PACKAGE.rglob("*.py"))}
    found = {path: names for path, names in found.items() if names}
    assert found == {"io/safe_load/array_file.py": ["np.fromfile"], "io/safe_load/checkpoint.py": ["torch.load"]}


def test_torch_reads_weights_only():
    source = (PACKAGE / "io" / "safe_load" / "checkpoint.py").read_text("utf-8")
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    (load,) = [call for call in calls if ast.unparse(call.func) == "torch.load"]
    assert {word.arg: ast.unparse(word.value) for word in load.keywords}["weights_only"] == "True"


def test_torch_is_not_imported_before_a_checkpoint_is_read():
    code = (
        "import sys, faceviewer.io.safe_load, faceviewer.assets.verify, faceviewer.assets.importing\n"
        "import faceviewer.cli.assets\n"
        "sys.exit(', '.join({'torch', 'scipy', 'cv2'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PACKAGE.parent, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
