"""Importance-weighted autoencoder with one encoder and an ensemble of decoder heads.

The bound of Burda et al. (2016), eqs. (3, 4) of Chen et al. (2018, "Metrics for deep generative models"),
for head m with likelihood p_m(x|z), prior p(z) = N(0, I) and posterior q(z|x) = N(mean(x), diag std(x)^2):

    ln p_m(x) >= E_{z_1..z_K ~ q} ln (1/K) sum_k w_k,    w_k = p_m(x|z_k) p(z_k) / q(z_k|x).

All heads share the encoder and the same K samples, so they describe one latent chart, and what they
disagree on is what the data leave open. Observations are standardised inside, x = offset + scale * x',
with a fixed offset and scale; every public method speaks observation units (for joints: rad), and the
bound is the log density in those units.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from robogeo.errors import ModelError, one_line
from robogeo.models.checks import check_choice, check_count, check_real
from robogeo.models.networks import MLP, StackedMLP, activation_function

_LOG_TWO_PI = math.log(2.0 * math.pi)
POSTERIOR_FLOOR = 1e-4
_INITIAL_NOISE = 0.1
# Adam moves a parameter by about the learning rate a step; the noise must fall by decades within a fit.
NOISE_GAIN = 10.0


@dataclasses.dataclass(frozen=True)
class ModelConfig:
    """Shape and likelihood of an `IWAE`.

    Attributes:
        latent_dim: dimension d of the latent space.
        hidden: widths of the hidden layers of encoder, decoder and noise network; may be empty (linear).
        activation: "tanh", "softplus", "elu" or "relu".
        heads: number M of decoder heads.
        importance_samples: number K of samples in the bound.
        likelihood: "gaussian" or "bernoulli" (observations in [0, 1], for images).
        noise: "global" (one learned level, times the scale of each observed dimension) or "local" (a network
            of z); Gaussian likelihood only.
        noise_floor: smallest standard deviation of the Gaussian likelihood, in observation units.
    """

    latent_dim: int = 4
    hidden: tuple[int, ...] = (64, 64)
    activation: str = "tanh"
    heads: int = 5
    importance_samples: int = 5
    likelihood: str = "gaussian"
    noise: str = "global"
    noise_floor: float = 0.01

    def __post_init__(self) -> None:
        """Check every field; ModelError names the first bad one."""
        hidden: Any = self.hidden
        if not isinstance(hidden, (tuple, list)):
            raise ModelError(f"hidden must be a list of layer widths, got {hidden!r}")
        object.__setattr__(self, "hidden", tuple(hidden))
        for name in ("latent_dim", "heads", "importance_samples"):
            check_count(name, getattr(self, name))
        for width in self.hidden:
            check_count("hidden", width)
        activation_function(self.activation)
        check_choice("likelihood", self.likelihood, ("gaussian", "bernoulli"))
        check_choice("noise", self.noise, ("global", "local"))
        check_real("noise_floor", self.noise_floor)


class IWAE(nn.Module):
    """Importance-weighted autoencoder; decoder heads share the encoder and the latent samples.

    Args:
        observation_dim: dimension D of the observations.
        config: shape and likelihood.
        offset: (D,) shift of the standardisation, observation units.
        scale: (D,) positive scale of the standardisation, observation units.
        generator: source of the initial weights.

    Raises:
        ModelError: wrong shapes, non-finite values or scales that are not positive.
    """

    offset: Tensor
    scale: Tensor

    def __init__(
        self,
        observation_dim: int,
        config: ModelConfig,
        offset: Any,
        scale: Any,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        check_count("observation_dim", observation_dim)
        self.observation_dim = observation_dim
        self.config = config
        self.register_buffer("offset", _fixed_vector("offset", offset, observation_dim))
        self.register_buffer("scale", _fixed_vector("scale", scale, observation_dim))
        if not bool((self.scale > 0).all()):
            raise ModelError("scale must be positive in every dimension; drop or widen constant dimensions")
        self._build_networks(config, generator)
        self.noise_level: nn.Parameter | None = None
        self.noise_network: MLP | None = None
        if config.likelihood == "gaussian":
            self._add_noise(config, generator)

    def _build_networks(self, config: ModelConfig, generator: torch.Generator) -> None:
        hidden, d = list(config.hidden), config.latent_dim
        sizes = [d, *hidden, self.observation_dim]
        self.encoder: nn.Module = MLP([self.observation_dim, *hidden, 2 * d], config.activation, generator)
        self.decoder: Any = StackedMLP(sizes, config.heads, config.activation, generator)

    def _add_noise(self, config: ModelConfig, generator: torch.Generator) -> None:
        start = math.log(math.expm1(_INITIAL_NOISE))
        if config.noise == "global":
            self.noise_level = nn.Parameter(torch.tensor(start / NOISE_GAIN))
            return
        sizes = [config.latent_dim, *config.hidden, self.observation_dim]
        self.noise_network = MLP(sizes, config.activation, generator)
        with torch.no_grad():
            # Starts as one constant level: the mean must be found before its errors can be described.
            self.noise_network.weights[-1].mul_(0.01)
            self.noise_network.biases[-1].fill_(start)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Posterior mean and standard deviation, both (..., d), of observations (..., D)."""
        self._check_last("observations", x, self.observation_dim)
        return self._posterior((x - self.offset) / self.scale)

    def _posterior(self, standardised: Tensor) -> tuple[Tensor, Tensor]:
        mean, raw = self.encoder(standardised).chunk(2, dim=-1)
        return mean, functional.softplus(raw) + POSTERIOR_FLOOR

    def decode_heads(self, z: Tensor) -> Tensor:
        """Mean observation of every head, (..., M, D), at z (..., d); probabilities if Bernoulli."""
        self._check_last("latent points", z, self.config.latent_dim)
        return self._to_observation(self.decoder(z))

    def decoder_layers(self) -> list[tuple[NDArray[Any], NDArray[Any], str]]:
        """The heads layer by layer: weight (M, in, out), bias (M, 1, out), activation; in observation units.

        For whoever evaluates or differentiates them in closed form.
        """
        weights = [weight.detach().numpy() for weight in self.decoder.weights]
        biases = [bias.detach().numpy() for bias in self.decoder.biases]
        names = [self.config.activation] * (len(weights) - 1)
        if self.config.likelihood == "bernoulli":
            return list(zip(weights, biases, [*names, "sigmoid"], strict=True))
        scale, offset = self.scale.numpy(), self.offset.numpy()
        weights[-1], biases[-1] = weights[-1] * scale, biases[-1] * scale + offset
        return list(zip(weights, biases, [*names, "identity"], strict=True))

    def decode(self, z: Tensor) -> Tensor:
        """Mean observation over the heads, (..., D), at latent points (..., d)."""
        return self.decode_heads(z).mean(dim=-2)

    def reconstruct(self, x: Tensor) -> Tensor:
        """Observations (..., D) sent to their posterior mean and decoded again, (..., D)."""
        return self.decode(self.encode(x)[0])

    def noise(self, z: Tensor) -> Tensor:
        """Standard deviation (..., D) of the observation noise at latent points (..., d).

        For a Bernoulli likelihood it is sqrt(r (1 - r)) of the mean probabilities r.
        """
        self._check_last("latent points", z, self.config.latent_dim)
        if self.config.likelihood == "bernoulli":
            r = self.decode(z)
            return (r * (1.0 - r)).clamp_min(1e-12).sqrt()
        return self._noise_std(z).expand(*z.shape[:-1], self.observation_dim)

    def disagreement(self, z: Tensor) -> Tensor:
        """Spread (...) of the heads at latent points (..., d): their standard deviation, rms over D."""
        heads = self.decode_heads(z)
        # The tiny term keeps the gradient finite where all heads agree.
        deviation = heads - heads.mean(dim=-2, keepdim=True)
        return (deviation.square().mean(dim=(-2, -1)) + 1e-20).sqrt()

    def bound(self, x: Tensor, weights: Tensor | None, K: int | None, generator: torch.Generator) -> Tensor:
        """Importance-weighted bound on ln p_m(x), a density in observation units.

        Args:
            x: (B, D) observations.
            weights: (B, M) factors on the result (a bootstrap), or None.
            K: number of importance samples; None takes the configuration's.
            generator: source of the samples.

        Returns:
            (B, M) one-sample estimate of eq. (4): ln (1/K) sum_k w_k, times the weights.
        """
        self._check_last("observations", x, self.observation_dim)
        samples = self.config.importance_samples if K is None else K
        check_count("K", samples)
        standardised = (x - self.offset) / self.scale
        mean, std = self._posterior(standardised)
        shape = (samples, *mean.shape)
        # Drawn where the generator is, so that every device gets the same numbers.
        noise = torch.randn(shape, generator=generator, dtype=mean.dtype, device=generator.device)
        noise = noise.to(mean.device)
        z = mean + std * noise
        # ln p(z) - ln q(z|x); the normalising 2 pi cancels.
        log_ratio = (0.5 * (noise.square() - z.square())).sum(-1) + std.log().sum(-1)
        log_weight = self._log_likelihood(x, standardised, z) + log_ratio
        values = (log_weight.logsumexp(1) - math.log(samples)).T
        return values if weights is None else values * weights

    def _log_likelihood(self, x: Tensor, standardised: Tensor, z: Tensor) -> Tensor:
        """Values of ln p_m(x|z), (M, K, B), for z (K, B, d)."""
        samples, batch, d = z.shape
        flat = self.decoder.for_training(z.reshape(-1, d))
        output = flat.view(self.config.heads, samples, batch, self.observation_dim)
        if self.config.likelihood == "bernoulli":
            return (output * x - functional.softplus(output)).sum(-1)
        sigma = self._noise_std(z)
        residual = (output - standardised) * (self.scale / sigma)
        constant = sigma.log().expand(samples, batch, -1).sum(-1) + 0.5 * self.observation_dim * _LOG_TWO_PI
        return -0.5 * residual.square().sum(-1) - constant

    def _noise_std(self, z: Tensor) -> Tensor:
        """Noise in observation units: (D,) if global, (..., D) if local."""
        if self.noise_network is not None:
            level = self.noise_network(z)
        elif self.noise_level is not None:
            level = NOISE_GAIN * self.noise_level
        else:
            raise ModelError("a Bernoulli likelihood has no noise parameter")
        return self.config.noise_floor + self.scale * functional.softplus(level)

    def _to_observation(self, output: Tensor) -> Tensor:
        if self.config.likelihood == "bernoulli":
            return output.sigmoid()
        return self.offset + self.scale * output

    def _check_last(self, what: str, values: Tensor, size: int) -> None:
        if values.dim() == 0 or values.shape[-1] != size:
            raise ModelError(f"{what} have shape {tuple(values.shape)}; the last axis must be {size}")


def _fixed_vector(name: str, values: Any, size: int) -> Tensor:
    try:
        vector = torch.as_tensor(values).detach().to(torch.float32).clone()
    except (TypeError, ValueError, RuntimeError) as error:
        raise ModelError(f"{name} must be an array of numbers ({one_line(error)})") from None
    if vector.shape != (size,):
        raise ModelError(f"{name} has shape {tuple(vector.shape)}, needs ({size},), one value per dimension")
    if not bool(torch.isfinite(vector).all()):
        raise ModelError(f"{name} holds NaN or infinite values; clean the observations first")
    return vector
