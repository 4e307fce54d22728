"""Multilayer perceptrons evaluated and differentiated in closed form, one network or a stack of them at once.

A layer is a = s(u), u = h W + b, and every activation s here has a derivative that its own value gives:

    tanh' = 1 - a^2,    sigmoid' = a (1 - a),    softplus' = 1 - exp(-a),    relu' = [a > 0],    ...

so the tangents S_l = dh_l / dz, pushed forward by S_{l+1} = (S_l W) s'(u), cost d more products of the same
kind as the values. (Chen et al. 2018, App. C, do this for one layer; their eq. 20 prints the derivative of
the sigmoid for tanh too.) At the 33 points of one geodesic general forward mode spends 8 to 15 times as long
on bookkeeping, and torch's tanh is up to nine times as slow as that of `tanh_kernel` on a CPU.

The arrays share memory with the network they were read from, so that training it in place is seen here;
`chain_state` tells when a network has moved to other memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.errors import GeometryError
from robogeo.tanh_kernel import activate_tanh

Array = NDArray[np.floating[Any]]
_CACHE_FLOATS = 1 << 16
"""Activations of one layer that are worked on at a time: what stays in the processor's cache."""


def _sigmoid(u: Array) -> None:
    np.multiply(u, 0.5, out=u)
    np.tanh(u, out=u)
    u += 1.0
    u *= 0.5


def _softplus(u: Array) -> None:
    np.logaddexp(u, u.dtype.type(0.0), out=u)


def _elu(u: Array) -> None:
    np.copyto(u, np.expm1(np.minimum(u, 0.0)), where=u < 0.0)


ACTIVATIONS: dict[str, tuple[Callable[[Array], Any], Callable[[Array], Array]]] = {
    "identity": (lambda u: None, lambda a: np.ones_like(a)),
    "tanh": (lambda u: np.tanh(u, out=u), lambda a: 1.0 - a * a),
    "sigmoid": (_sigmoid, lambda a: a * (1.0 - a)),
    "softplus": (_softplus, lambda a: -np.expm1(-a)),
    "relu": (lambda u: np.maximum(u, 0.0, out=u), lambda a: (a > 0.0).astype(a.dtype)),
    "elu": (_elu, lambda a: np.where(a > 0.0, a.dtype.type(1.0), a + a.dtype.type(1.0))),
}
"""Each activation in place, and its derivative from its value."""

_TORCH: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "identity": lambda u: u,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": torch.nn.functional.softplus,
    "relu": torch.relu,
    "elu": torch.nn.functional.elu,
}

_MODULES: dict[type[torch.nn.Module], str] = {
    torch.nn.Identity: "identity",
    torch.nn.Tanh: "tanh",
    torch.nn.Sigmoid: "sigmoid",
    torch.nn.Softplus: "softplus",
    torch.nn.ReLU: "relu",
    torch.nn.ELU: "elu",
}


@dataclass(frozen=True)
class Layer:
    """One layer of M networks: weight (M, in, out), bias (M, 1, out), and the name of its activation."""

    weight: Array
    bias: Array
    activation: str

    def activate(self, values: Array) -> None:
        """Turn u = h W (M, n, out) into s(u + b), in place."""
        if self.activation == "tanh":
            activate_tanh(values, self.bias)
        else:
            values += self.bias
            ACTIVATIONS[self.activation][0](values)

    def push(self, tangents: Array, values: Array) -> None:
        """Multiply tangents (M, n, d, out) of u by s'(u), in place, from the values of the layer."""
        if self.activation != "identity":
            tangents *= ACTIVATIONS[self.activation][1](values)[:, :, None, :]


class Perceptron:
    """The immersion F = [f_1, .., f_M] / sqrt(M) of M perceptrons of one shape.

    Args:
        layers: from the latent side to the observed side, all of one floating-point type.

    Raises:
        GeometryError: no layer, an unknown activation, or shapes or types that do not fit together.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        if not layers:
            raise GeometryError("perceptron: needs at least one layer")
        heads, width = layers[0].weight.shape[0], layers[0].weight.shape[1]
        self.dtype = layers[0].weight.dtype
        self.latent_dim = width
        for number, layer in enumerate(layers, 1):
            if layer.activation not in ACTIVATIONS:
                raise GeometryError(
                    f"perceptron layer {number}: unknown activation {layer.activation!r}; "
                    f"known: {', '.join(ACTIVATIONS)}"
                )
            shape = (heads, width, layer.weight.shape[-1])
            if layer.weight.shape != shape or layer.bias.shape != (heads, 1, shape[2]):
                raise GeometryError(
                    f"perceptron layer {number}: expected weight {shape} and bias {(heads, 1, shape[2])}, "
                    f"got {layer.weight.shape} and {layer.bias.shape}"
                )
            if layer.weight.dtype != self.dtype or layer.bias.dtype != self.dtype:
                raise GeometryError(f"perceptron layer {number}: of another type than the first layer")
            width = shape[2]
        self.layers = tuple(layers)
        self._scale = self.dtype.type(heads**-0.5)
        self._rows = max(32, _CACHE_FLOATS // (heads * max(layer.weight.shape[2] for layer in layers)))

    @classmethod
    def recognized(cls, decoder: Any) -> Perceptron | None:
        """The perceptron in a `torch.nn` module, if that is what it is, on a CPU; None otherwise.

        A module counts if it is a chain of linear layers and known activations, in `Sequential` of any
        nesting, without hooks.
        """
        layers: list[Layer] = []
        for module in _chain(decoder):
            if module is None or module._forward_hooks or module._forward_pre_hooks:
                return None
            name = _MODULES.get(type(module))
            if type(module) is torch.nn.Linear and _readable(module.weight):
                bias = module.bias if module.bias is not None else torch.zeros_like(module.weight[:, 0])
                weight = module.weight.detach().numpy().T[None]
                layers.append(Layer(weight, bias.detach().numpy()[None, None], "identity"))
            elif name is not None and layers and layers[-1].activation == "identity" and _plain(module):
                layers[-1] = Layer(layers[-1].weight, layers[-1].bias, name)
            else:
                return None
        return cls(layers) if layers else None

    def narrowed(self) -> Perceptron:
        """A perceptron with as many outputs as its last layer has inputs, isometric to this one; or itself.

        A linear last layer h W + b enters lengths through W W^T alone. With W^T = Q R the layer h R^T has the
        same chords and the same metric tensor, at a fraction of the cost where observations are pictures.
        """
        last = self.layers[-1]
        if last.activation != "identity" or last.weight.shape[1] >= last.weight.shape[2]:
            return self
        factor = np.linalg.qr(np.swapaxes(last.weight, 1, 2).astype(np.float64), mode="r")
        weight = np.ascontiguousarray(np.swapaxes(factor, 1, 2).astype(self.dtype))
        bias = np.zeros((weight.shape[0], 1, weight.shape[2]), dtype=self.dtype)
        return Perceptron([*self.layers[:-1], Layer(weight, bias, "identity")])

    def heads(self, z: torch.Tensor) -> torch.Tensor:
        """f_1 .. f_M at latent points (..., d) -> (..., M, D) through torch, for whoever differentiates."""
        hidden = z.reshape(-1, self.latent_dim)
        for layer in self.layers:
            weight, bias = torch.from_numpy(layer.weight), torch.from_numpy(layer.bias)
            hidden = _TORCH[layer.activation](hidden @ weight + bias)
        return hidden.transpose(0, 1).reshape(*z.shape[:-1], *hidden.shape[::2])

    def values(self, z: Array) -> Array:
        """F at rows (n, d) -> (n, M D), in the type of the weights.

        Raises:
            GeometryError: rows of another dimension than the latent space has.
        """
        if z.shape[1] != self.latent_dim:
            raise GeometryError(f"z: expected {self.latent_dim} latent dimensions, got {z.shape[1]}")
        if len(z) > self._rows:
            return np.concatenate([self.values(part) for part in self._parts(z)])
        hidden: Array = z.astype(self.dtype, copy=False)[None]
        for layer in self.layers:
            hidden = hidden @ layer.weight
            layer.activate(hidden)
        return self._side_by_side(hidden)

    def linearized(self, z: Array) -> tuple[Array, Array]:
        """F and its slopes dF / dz_a at rows (n, d) -> (n, M D), (n, d, M D): slopes are the rows of J^T.

        Raises:
            GeometryError: as `values`.
        """
        if z.shape[1] != self.latent_dim:
            raise GeometryError(f"z: expected {self.latent_dim} latent dimensions, got {z.shape[1]}")
        if len(z) > self._rows:
            parts = [self.linearized(part) for part in self._parts(z)]
            return np.concatenate([f for f, _ in parts]), np.concatenate([s for _, s in parts])
        hidden: Array = z.astype(self.dtype, copy=False)[None]
        tangents: Array | None = None
        for layer in self.layers:
            hidden = hidden @ layer.weight
            layer.activate(hidden)
            heads, count, width = hidden.shape
            if tangents is None:  # the first layer's tangents are its weights, the same at every point
                tangents = np.repeat(layer.weight[:, None], count, axis=1)
            else:
                flat = tangents.reshape(heads, count * z.shape[1], layer.weight.shape[1]) @ layer.weight
                tangents = flat.reshape(heads, count, z.shape[1], width)
            layer.push(tangents, hidden)
        assert tangents is not None
        return self._side_by_side(hidden), self._side_by_side(tangents)

    def _parts(self, z: Array) -> Iterator[Array]:
        return (z[i : i + self._rows] for i in range(0, len(z), self._rows))

    def _side_by_side(self, stacked: Array) -> Array:
        """(M, n, .., D) -> (n, .., M D), divided by sqrt(M)."""
        if len(stacked) == 1:
            return stacked[0]
        moved = np.moveaxis(stacked, 0, -2) * self._scale
        return moved.reshape(*moved.shape[:-2], -1)


def _chain(decoder: Any) -> Iterator[torch.nn.Module | None]:
    """The modules that are called one after another; None in place of anything else."""
    if type(decoder) is torch.nn.Sequential and not decoder._forward_hooks and not decoder._forward_pre_hooks:
        for module in decoder:
            yield from _chain(module)
    else:
        yield decoder if isinstance(decoder, torch.nn.Module) else None


def chain_state(decoder: Any) -> tuple[int, ...]:
    """Where the modules of a chain and their weights lie in memory: equal as long as none was exchanged."""
    state: list[int] = []
    for module in _chain(decoder):
        state.append(id(module))
        if type(module) is torch.nn.Linear:
            state.append(module.weight.data_ptr())
            state.append(module.bias.data_ptr() if module.bias is not None else 0)
    return tuple(state)


def _readable(weight: torch.Tensor) -> bool:
    return weight.device.type == "cpu" and weight.dtype in (torch.float32, torch.float64)


def _plain(module: torch.nn.Module) -> bool:
    """Whether an activation has its default shape."""
    usual = {"alpha": 1.0, "beta": 1.0, "threshold": 20.0}
    return all(getattr(module, name, value) == value for name, value in usual.items())
