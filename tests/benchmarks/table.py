"""What a user waits for, in one table: python tests/benchmarks/table.py [PHOTO].

Medians of warm runs in this process, then fresh processes: start-up, the command line and its peak memory.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
SAMPLE = ROOT / "resources" / "sample.jpg"
WARM_RUNS, FRESH_RUNS = 7, 3


def seconds_of(work: Callable[[], object], runs: int) -> float:
    """The median of ``runs`` runs after one that warms up."""
    work()
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return median(times)


def warm_rows(path: Path) -> list[tuple[str, float, str]]:
    import faceviewer

    photo = faceviewer.load_photo(path)
    results = [faceviewer.reconstruct(photo, device="cpu") for _ in range(WARM_RUNS + 1)][1:]
    rows = [(stage, median(r.timings[stage] for r in results), "s") for stage in ("detect", "fit", "texture")]
    with TemporaryDirectory() as folder:
        write = seconds_of(lambda: faceviewer.write_reconstruction(results[0], Path(folder), "head"), WARM_RUNS)
    whole = seconds_of(lambda: faceviewer.reconstruct(photo, device="cpu"), WARM_RUNS)
    return [*rows, ("write", write, "s"), ("photo to textured head in memory", whole, "s")]


def fresh_rows(path: Path) -> list[tuple[str, float, str]]:
    def run(*arguments: str | Path) -> None:
        subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

    with TemporaryDirectory() as folder:
        command = (ROOT / "main.py", "reconstruct", path, "--device", "cpu", "-o", folder)
        rows = [
            ("import faceviewer", seconds_of(lambda: run("-c", "import faceviewer"), FRESH_RUNS), "s"),
            ("faceviewer --help", seconds_of(lambda: run(ROOT / "main.py", "--help"), FRESH_RUNS), "s"),
            ("faceviewer reconstruct, cold", seconds_of(lambda: run(*command), FRESH_RUNS), "s"),
        ]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return [*rows, ("peak memory of that", peak, "MB")]


def main() -> None:
    path = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else SAMPLE
    for name, value, unit in [*warm_rows(path), *fresh_rows(path)]:
        sys.stdout.write(f"{name:<34} {value:9.{3 if unit == 's' else 0}f} {unit}\n")


if __name__ == "__main__":
    main()
