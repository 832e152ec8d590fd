"""Stand-in for Apple's graphics: torch as ever, but its tensors say that they are on "mps" and refuse what those do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

_REFUSED = (torch.float64, torch.complex128)


class FakeMps(Tensor):
    """A tensor "on mps", which lies in the processor's memory."""


class AppleGraphics(TorchFunctionMode):
    """``with AppleGraphics():`` what is put on "mps" and all that comes of it is a ``FakeMps``, until moved back.

    Raises TypeError, as the real ones, where one of them would be float64 or is read without moving it.
    """

    def __torch_function__(
        self, func: Callable[..., Any], types: Sequence[type], args: Sequence[Any] = (), kwargs: Any = None
    ) -> Any:
        kwargs, name = dict(kwargs or {}), getattr(func, "__name__", "")
        on_mps = any(isinstance(value, FakeMps) for value in _tensors([args, kwargs]))
        if on_mps and func == torch.Tensor.device.__get__:
            return torch.device("mps")
        if on_mps and name in ("numpy", "__array__"):
            raise TypeError("can't convert mps:0 device type tensor to numpy")
        wanted = _device_asked_for(name, args, kwargs)
        args = [_real(value) for value in args]
        result = func(*args, **{key: _real(value) for key, value in kwargs.items()})
        if wanted == "cpu" or (wanted is None and not on_mps):
            return result
        if any(value.dtype in _REFUSED for value in _tensors(result)):
            raise TypeError("Cannot convert a MPS Tensor to float64 dtype as the MPS framework doesn't support float64")
        return _fake(result)


def _device_asked_for(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str | None:
    if name == "cpu":
        return "cpu"
    for value in [*(args[1:] if name == "to" else ()), kwargs.get("device")]:
        if isinstance(value, FakeMps):
            return "mps"
        if isinstance(value, Tensor):
            return "cpu"
        if isinstance(value, str | torch.device):
            return torch.device(value).type
    return None


def _real(value: Any) -> Any:
    """The same on the processor, devices too."""
    if isinstance(value, FakeMps):
        return value.as_subclass(Tensor)
    if isinstance(value, torch.device) or (isinstance(value, str) and value == "mps"):
        return "cpu"
    if type(value) in (list, tuple):
        return type(value)(_real(one) for one in value)
    return value


def _fake(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.as_subclass(FakeMps)
    if type(value) in (list, tuple):
        return type(value)(_fake(one) for one in value)
    if type(value).__module__ == "torch.return_types":
        return type(value)([_fake(one) for one in value])
    return value


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _tensors(one)
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))
