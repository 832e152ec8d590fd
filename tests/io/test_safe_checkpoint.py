"""Checkpoints of both formats give their numbers; hostile, lying and foreign ones a sentence, and none of them ran."""

from __future__ import annotations

import io
import pickle
import struct
import tarfile
import zipfile
from collections import Counter, OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch
from hostile import attacks
from hypothesis import given, settings
from hypothesis import strategies as st

from faceviewer.io.safe_load import load_checkpoint, parse_checkpoint
from faceviewer.types import FaceviewerError

WEIGHTS = OrderedDict(
    {
        "conv.weight": torch.arange(24.0).reshape(2, 3, 2, 2),
        "bn.num_batches_tracked": torch.tensor(7),
        "transposed": torch.arange(6.0).reshape(2, 3).T,
        "half": torch.ones(3, dtype=torch.float16),
        "brain": torch.ones(3, dtype=torch.bfloat16),
        "parameter": torch.nn.Parameter(torch.ones(2)),
    }
)
FORMATS = [True, False]


def saved(value: object, is_zip: bool = True) -> bytes:
    stream = io.BytesIO()
    torch.save(value, stream, _use_new_zipfile_serialization=is_zip)
    return stream.getvalue()


def zip_of(pickled: bytes, storages: dict[str, bytes] | None = None, compression: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        archive.writestr("archive/data.pkl", pickled)
        archive.writestr("archive/byteorder", "little")
        for key, data in (storages or {}).items():
            archive.writestr(f"archive/data/{key}", data)
        archive.writestr("archive/version", "3\n")
    return stream.getvalue()


def tensor_pickle(count: int, size: tuple[int, ...], stride: tuple[int, ...], offset: int = 0) -> bytes:
    """The pickle of one float tensor that claims what it is told to."""
    parts = [pickle.dumps(part, 2)[2:-1] for part in ("storage", "0", "cpu", count, offset, size, stride, False)]
    storage = b"(" + parts[0] + b"ctorch\nFloatStorage\n" + b"".join(parts[1:4]) + b"tQ"
    hooks = b"ccollections\nOrderedDict\n)R"
    return b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"".join(parts[4:]) + hooks + b"tR."


@pytest.mark.parametrize("is_zip", FORMATS)
def test_tensors_come_back_as_arrays(tmp_path, is_zip):
    module = torch.nn.Linear(2, 3)  # its state dict has attributes
    value = {"net_recon": WEIGHTS, "module": module.state_dict(), "epoch": 3, "best": np.float64(0.5)}
    value |= {"milestones": Counter({5: 1}), "size": torch.Size((2, 3)), "lr_lambdas": [None]}
    (tmp_path / "net.pth").write_bytes(saved(value, is_zip))
    found = load_checkpoint(tmp_path / "net.pth")
    assert list(found) == list(value) and list(found["net_recon"]) == list(WEIGHTS)
    for name, tensor in WEIGHTS.items():
        np.testing.assert_array_equal(found["net_recon"][name], tensor.detach().float().numpy())
    assert found["net_recon"]["half"].dtype == np.float16
    np.testing.assert_array_equal(found["module"]["weight"], module.weight.detach().numpy())
    assert (found["epoch"], found["best"], found["milestones"], found["size"]) == (3, 0.5, {5: 1}, (2, 3))


@pytest.mark.parametrize("is_zip", FORMATS)
@pytest.mark.parametrize("name", attacks(Path("mark")))
def test_attacks_are_refused_and_nothing_ran(name, is_zip, tmp_path):
    payload, reason = attacks(tmp_path / "mark")[name]
    data = zip_of(payload) if is_zip else saved({}, False).replace(pickle.dumps({}, 2), payload)
    if name == "memo without end":
        reason = "damaged|truncated"
    with pytest.raises(FaceviewerError, match=rf"(?s)^net\.pth: refused, it .*({reason})") as caught:
        parse_checkpoint(data, "net.pth")
    assert len(str(caught.value)) < 400
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("pickled", "storage", "reason"),
    [
        (tensor_pickle(2, (2,), (1,)), 8, None),
        (tensor_pickle(10**12, (10**12,), (1,)), 8, "another size"),
        (tensor_pickle(2, (10**12,), (1,)), 8, "tensor of 1000000000000 numbers over data of 2"),
        (tensor_pickle(2, (10**12,), (0,)), 8, "over data of 2"),
        (tensor_pickle(2, (2,), (1 << 61,)), 8, "over data of 2"),
        (tensor_pickle(2, (2,), (1,), 1), 8, "over data of 2"),
        (tensor_pickle(2, (2,), (1,), -1), 8, "without data"),
        (tensor_pickle(2, (-2,), (-1,)), 8, "proper shape"),
        (tensor_pickle(-2, (2,), (1,)), 8, "way that torch does not"),
        (tensor_pickle(2, (2,), (1, 1)), 8, "damaged"),
    ],
)
def test_sizes_are_compared_before_torch_takes_memory(pickled, storage, reason):
    data = zip_of(pickled, {"0": bytes(storage)})
    if reason is None:
        assert parse_checkpoint(data, "net.pth").tolist() == [0, 0]
        return
    with pytest.raises(FaceviewerError, match=reason):
        parse_checkpoint(data, "net.pth")


def test_dicts_copied_again_and_again_are_refused():
    """Four bytes more made a copy of the dict each; honest ones are copied once, or not at all."""
    items = b"}q\x00(" + b"".join(b"M" + struct.pack("<H", key) + b"K\x01" for key in range(5000)) + b"u"
    pickled = b"\x80\x02(" + items + b"ccollections\nOrderedDict\nq\x01" + b"h\x01h\x00\x85R" * 200 + b"l."
    with pytest.raises(FaceviewerError, match="asks for much more memory than it has bytes"):
        parse_checkpoint(zip_of(pickled), "net.pth")
    counts = {"milestones": Counter(range(60_000)), "weights": WEIGHTS}
    assert len(parse_checkpoint(saved(counts), "net.pth")["milestones"]) == 60_000


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    data = zip_of(tensor_pickle(1 << 22, (1 << 22,), (1,)), {"0": bytes(1 << 24)}, zipfile.ZIP_DEFLATED)
    assert len(data) < 100_000
    with pytest.raises(FaceviewerError, match="compressed members"):
        parse_checkpoint(data, "net.pth")


def test_overlapping_members_are_refused():
    data = bytearray(zip_of(b"\x80\x02N.", {"0": bytes(1000), "1": bytes(8)}))
    at = data.rindex(b"archive/data/1") - 46  # its entry in the directory
    data[at + 20 : at + 28] = struct.pack("<II", 1 << 30, 1 << 30)
    with pytest.raises(FaceviewerError, match="more than its own size"):
        parse_checkpoint(bytes(data), "net.pth")


def test_a_scripted_program_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("net/data.pkl", b"\x80\x02N.")
        archive.writestr("net/code/__torch__.py", "class Net(Module): ...")
        archive.writestr("net/constants.pkl", b"\x80\x02).")
    with pytest.raises(FaceviewerError, match="TorchScript program"):
        parse_checkpoint(stream.getvalue(), "net.pth")


def test_the_first_tar_format_is_refused():
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name in ("storages", "tensors", "pickle"):
            archive.addfile(tarfile.TarInfo(name))
    with pytest.raises(FaceviewerError, match="tar archive"):
        parse_checkpoint(stream.getvalue(), "net.pth")


@pytest.mark.parametrize("is_zip", FORMATS)
def test_whole_modules_are_refused_by_the_name_of_their_class(is_zip):
    data = saved(torch.nn.Linear(2, 2), is_zip)
    with pytest.raises(FaceviewerError, match=r"asks for torch\.nn\.modules\.linear\.Linear|NEWOBJ"):
        parse_checkpoint(data, "net.pth")


@pytest.mark.parametrize("is_zip", FORMATS)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.99])
def test_truncated_files_are_refused(is_zip, share):
    data = saved({"a": torch.arange(5000.0)}, is_zip)
    with pytest.raises(FaceviewerError, match=r"^net\.pth: "):
        parse_checkpoint(data[: int(share * len(data))], "net.pth")


@pytest.mark.parametrize("data", [b"", b"<html>", b"PK\x03\x04", b"\x80\x02N.", zip_of(b"")[:-1], b"version https://"])
def test_what_is_no_checkpoint_is_refused(data):
    with pytest.raises(FaceviewerError, match=r"^net\.pth: "):
        parse_checkpoint(data, "net.pth")


@settings(deadline=None, max_examples=150)
@given(st.data(), st.booleans())
def test_damaged_bytes_load_or_fail_cleanly(data, is_zip):
    raw = bytearray(saved({"a": torch.arange(6.0), "b": [1, "x"]}, is_zip))
    for _ in range(data.draw(st.integers(1, 5))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        parse_checkpoint(bytes(raw), "fuzz.pth")
    except FaceviewerError as error:
        assert str(error).startswith("fuzz.pth: ")
