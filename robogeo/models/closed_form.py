"""One training step's loss and its gradient, written out in numpy for the model that arms are learned with.

A fit takes thousands of steps on small networks, where automatic differentiation spends as much time on its
bookkeeping as on products. Here every array is allocated once, values and gradients overwrite each other, and
all parameters and their gradients are views of one vector each. For a Gaussian likelihood with one noise
level and tanh networks, with s = softmax over the K samples of ln w_k (see `iwae`), the loss

    L = -mean_{b,m} v_bm ln (1/K) sum_k w_k     has     dL / d ln w_k = -v_bm s_k / (B M),

and the rest is the chain rule through ln w_k = ln p_m(x|z_k) + ln p(z_k) - ln q(z_k|x), z_k = mean + std e_k.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from robogeo.models.iwae import IWAE, NOISE_GAIN, POSTERIOR_FLOOR
from robogeo.tanh_kernel import activate_tanh, times_tanh_slope

Array = NDArray[np.float32]


def has_closed_form(model: IWAE) -> bool:
    """Whether `LossGradient` knows the model: Gaussian, one noise level, tanh, a hidden layer, on the CPU."""
    config = model.config
    known = (config.likelihood, config.noise, config.activation) == ("gaussian", "global", "tanh")
    known = known and type(model) is IWAE  # other networks have other gradients
    here = (model.offset.device.type, str(model.offset.dtype)) == ("cpu", "torch.float32")
    return known and here and len(config.hidden) > 0


class LossGradient:
    """Loss of a batch and its gradient.

    Args:
        model: for which `has_closed_form` holds; only its shape is used.
        parameters: those of the model (P,), joined in the order of `model.parameters()`; read at each call.
        batch: number B of observations in a batch.

    Attributes:
        gradient: (P,) of the last call, in the same order.
        noise_shape: (K, B, d).
    """

    def __init__(self, model: IWAE, parameters: Array, batch: int) -> None:
        config = model.config
        self._scale, self._offset = model.scale.numpy(), model.offset.numpy()
        self._floor = np.float32(config.noise_floor)
        self.noise_shape = (config.importance_samples, batch, config.latent_dim)
        self.gradient = np.zeros_like(parameters)
        shapes = [(name, tuple(p.shape)) for name, p in model.named_parameters()]
        values, slopes = _views(parameters, shapes), _views(self.gradient, shapes)
        self._level, self._level_slope = values["noise_level"], slopes["noise_level"]
        self._encoder = _Layers(values, slopes, "encoder", 1, batch)
        self._decoder = _Layers(values, slopes, "decoder", config.heads, batch * config.importance_samples)

    def __call__(self, x: Array, weights: Array, noise: Array) -> float:
        """Loss of observations x (B, D) with weights (B, M) and standard normal noise (K, B, d)."""
        with np.errstate(all="ignore"):  # a fit that diverges is known by its bound
            standardised, d = (x - self._offset) / self._scale, noise.shape[2]
            code = self._encoder.forward(standardised[None])[0]
            std = np.logaddexp(code[:, d:], np.float32(0.0)) + np.float32(POSTERIOR_FLOOR)
            z = code[:, :d] + std * noise
            ratio = np.float32(0.5) * _summed(noise * noise - z * z) + _summed(np.log(std))
            residual, sigma = self._residual(standardised, z)
            square = residual * residual
            constant = np.log(sigma).sum() + 0.5 * len(sigma) * math.log(2.0 * math.pi)
            log_weight = ratio - np.float32(0.5) * _summed(square) - np.float32(constant)
            loss, share = _loss_and_shares(log_weight, weights)
            self._noise_slope(share, square, sigma)
            residual *= -share[..., None] * (self._scale / sigma)
            pull = self._decoder.backward(residual.reshape(len(residual), -1, len(sigma)))
            around = share.sum(axis=0)
            pull = pull.sum(axis=0).reshape(z.shape) - around[..., None] * z
            by_std = (pull * noise).sum(axis=0) + around.sum(axis=0)[:, None] / std
            by_raw = by_std / (1.0 + np.exp(-code[:, d:]))
            self._encoder.backward(np.hstack([pull.sum(axis=0), by_raw])[None], to_inputs=False)
        return loss

    def _residual(self, standardised: Array, z: Array) -> tuple[Array, Array]:
        """(decoded - x) / sigma (M, K, B, D) at z (K, B, d), and sigma (D,); in the decoder's own memory."""
        heads = self._decoder.forward(z.reshape(1, -1, z.shape[2]))
        sigma = self._floor + self._scale * np.logaddexp(NOISE_GAIN * self._level, np.float32(0.0))
        residual = heads.reshape(len(heads), *z.shape[:2], len(sigma))
        residual -= standardised
        residual *= self._scale / sigma
        return residual, sigma

    def _noise_slope(self, share: Array, square: Array, sigma: Array) -> None:
        """Gradient of the noise level, from dL / d sigma = sum share (residual^2 - 1) / sigma."""
        rows = share.reshape(-1)
        by_sigma = (rows @ square.reshape(len(rows), -1) - rows.sum()) / sigma
        slope = self._scale * NOISE_GAIN / (1.0 + np.exp(-NOISE_GAIN * self._level))
        self._level_slope[...] = by_sigma @ slope


def _loss_and_shares(log_weight: Array, weights: Array) -> tuple[float, Array]:
    """Loss of ln w_k (M, K, B) under weights (B, M), and its derivatives by ln w_k (M, K, B)."""
    top = log_weight.max(axis=1, keepdims=True)
    share = np.exp(log_weight - top)
    total = share.sum(axis=1, keepdims=True)
    bound = (np.log(total) + top)[:, 0] - np.float32(math.log(log_weight.shape[1]))
    share *= (weights.T / np.float32(-weights.size))[:, None] / total
    return -float(np.mean(bound * weights.T)), share


class _Layers:
    """Layers of M perceptrons (a = tanh(h W + b), the last linear), forward and backward in place."""

    def __init__(
        self, values: dict[str, Array], slopes: dict[str, Array], name: str, heads: int, rows: int
    ) -> None:
        keys = [key for key in values if key.startswith(f"{name}.weights.")]
        self._weights = [_stacked(values[key]) for key in keys]
        self._weight_slopes = [_stacked(slopes[key]) for key in keys]
        self._biases = [_rows(values[key.replace("weights", "biases")]) for key in keys]
        self._bias_slopes = [_rows(slopes[key.replace("weights", "biases")]) for key in keys]
        widths = [weight.shape[2] for weight in self._weights]
        self._hidden = [np.empty((heads, rows, width), np.float32) for width in widths]
        self._pulls = [np.empty_like(hidden) for hidden in self._hidden[:-1]]
        self._ones = np.ones((1, 1, rows), np.float32)
        self._inputs: Array = np.empty((1, rows, 0), np.float32)

    def forward(self, inputs: Array) -> Array:
        """Outputs (M, n, out) for inputs (1, n, in); valid until the next call."""
        hidden, last = inputs, len(self._weights) - 1
        self._inputs = inputs
        for i, (weight, bias, out) in enumerate(zip(self._weights, self._biases, self._hidden, strict=True)):
            np.matmul(hidden, weight, out=out)
            if i < last:
                activate_tanh(out, bias)
            else:
                out += bias
            hidden = out
        return hidden

    def backward(self, pull: Array, *, to_inputs: bool = True) -> Array:
        """Fill the gradients from that of the outputs (M, n, out); returns that of the inputs (M, n, in)."""
        for i in reversed(range(len(self._weights))):
            hidden = self._hidden[i - 1] if i > 0 else self._inputs
            np.matmul(hidden.swapaxes(1, 2), pull, out=self._weight_slopes[i])
            np.matmul(self._ones, pull, out=self._bias_slopes[i])
            if i == 0:
                return pull @ self._weights[0].swapaxes(1, 2) if to_inputs else pull
            below = np.matmul(pull, self._weights[i].swapaxes(1, 2), out=self._pulls[i - 1])
            times_tanh_slope(below, hidden)
            pull = below
        return pull


def _summed(values: Array) -> Array:
    """The sum over the last axis; where that is short, a product is several times faster than `sum`."""
    width = values.shape[-1]
    total: Array = values.reshape(-1, width) @ np.ones(width, np.float32)
    return total.reshape(values.shape[:-1])


def _views(joined: Array, shapes: Sequence[tuple[str, tuple[int, ...]]]) -> dict[str, Array]:
    """The parts of a joined vector by name, sharing its memory."""
    views, start = {}, 0
    for name, shape in shapes:
        size = math.prod(shape)
        views[name] = joined[start : start + size].reshape(shape)
        start += size
    return views


def _stacked(weight: Array) -> Array:
    """A weight as (M, in, out): that of a single perceptron is kept as (out, in)."""
    return weight if weight.ndim == 3 else weight.T[None]


def _rows(bias: Array) -> Array:
    """A bias as (M, 1, out): that of a single perceptron is kept as (out,)."""
    return bias if bias.ndim == 3 else bias[None, None]
