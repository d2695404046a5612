"""The tiny text-conditioned latent diffusion model of moving backdrops: text encoder, denoiser of clips, and the encoder and decoder of pictures."""

import math

import torch
import torch.nn.functional as F
from torch import nn

LATENT = 4
TEXT = 64
TOKENS = 32
CHANNELS = (64, 96)
LEAST_NOISE = 0.05


def _conv(i, o, stride=1):
    return nn.Conv2d(i, o, 3, stride, 1)


class Block(nn.Module):
    def __init__(self, i, o, groups=8):
        super().__init__()
        self.n1, self.c1 = nn.GroupNorm(min(groups, i), i), _conv(i, o)
        self.n2, self.c2 = nn.GroupNorm(min(groups, o), o), _conv(o, o)
        self.skip = nn.Conv2d(i, o, 1) if i != o else nn.Identity()

    def forward(self, x):
        h = self.c1(F.silu(self.n1(x)))
        return self.skip(x) + self.c2(F.silu(self.n2(h)))


class Encoder(nn.Module):
    """Pictures (n, 3, h, w) of -1..1 to latents' mean and log-variance (n, 2 * LATENT, h / 4, w / 4)."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(_conv(3, 16), nn.SiLU(), _conv(16, 32, 2), nn.SiLU(), _conv(32, 48, 2), Block(48, 48), nn.GroupNorm(8, 48), nn.SiLU(), _conv(48, 2 * LATENT))

    def forward(self, sample):
        return self.net(sample)


class Decoder(nn.Module):
    """Latents (n, LATENT, h, w) to pictures (n, 3, 4h, 4w) of -1..1."""

    def __init__(self):
        super().__init__()
        self.start = nn.Sequential(_conv(LATENT, 56), Block(56, 56))
        self.up1, self.b1 = _conv(56, 32), Block(32, 32)
        self.up2 = _conv(32, 20)
        self.end = nn.Sequential(nn.GroupNorm(4, 20), nn.SiLU(), _conv(20, 3))

    def forward(self, latent_sample):
        up = lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        x = self.b1(self.up1(up(self.start(latent_sample))))
        return self.end(self.up2(up(x)))


class Attention(nn.Module):
    def __init__(self, dim, source, heads=4):
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(dim)
        self.q, self.kv, self.out = nn.Linear(dim, dim, bias=False), nn.Linear(source, 2 * dim, bias=False), nn.Linear(dim, dim)
        nn.init.zeros_(self.out.weight), nn.init.zeros_(self.out.bias)

    def forward(self, x, source=None):
        h = self.norm(x)
        q, (k, v) = self.q(h), self.kv(h if source is None else source).chunk(2, -1)
        split = lambda t: t.unflatten(-1, (self.heads, t.shape[-1] // self.heads)).transpose(1, 2)
        q, k, v = split(q), split(k), split(v)
        weights = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]), -1)
        return x + self.out((weights @ v).transpose(1, 2).flatten(2))


class TextEncoder(nn.Module):
    """Token numbers (b, TOKENS) to one vector of TEXT numbers each."""

    def __init__(self, vocabulary):
        super().__init__()
        self.tokens, self.places = nn.Embedding(vocabulary, TEXT), nn.Parameter(torch.randn(TOKENS, TEXT) * 0.02)
        nn.init.normal_(self.tokens.weight, std=0.5)
        self.attend = nn.ModuleList([Attention(TEXT, TEXT) for _ in range(2)])
        self.think = nn.ModuleList([nn.Sequential(nn.LayerNorm(TEXT), nn.Linear(TEXT, 3 * TEXT), nn.GELU(), nn.Linear(3 * TEXT, TEXT)) for _ in range(2)])
        self.norm = nn.LayerNorm(TEXT)

    def forward(self, input_ids):
        x = self.tokens(input_ids) + self.places
        for attend, think in zip(self.attend, self.think):
            x = attend(x)
            x = x + think(x)
        return self.norm(x)


class Layer(nn.Module):
    """One residual block over the plane, steered by time and text, then one over the frames of the loop."""

    def __init__(self, i, o, steer, attend):
        super().__init__()
        self.n1, self.c1 = nn.GroupNorm(8, i), _conv(i, o)
        self.steer = nn.Linear(steer, 2 * o)
        self.n2, self.c2 = nn.GroupNorm(8, o), _conv(o, o)
        nn.init.zeros_(self.c2.weight), nn.init.zeros_(self.c2.bias)
        self.skip = nn.Conv2d(i, o, 1) if i != o else nn.Identity()
        self.cross = Attention(o, TEXT) if attend else None
        self.plane = Attention(o, o) if attend == "plane" else None
        self.time_norm, self.time = nn.GroupNorm(8, o), nn.Linear(3 * o, o)
        self.time_attend = Attention(o, o) if attend else None
        nn.init.zeros_(self.time.weight), nn.init.zeros_(self.time.bias)

    def time_parameters(self):
        return [*self.time_norm.parameters(), *self.time.parameters(), *(self.time_attend.parameters() if self.time_attend else [])]

    def forward(self, x, steer, text, frames, moving=True):
        count, _, height, width = x.shape
        h = self.c1(F.silu(self.n1(x)))
        scale, shift = self.steer(steer)[:, :, None, None].chunk(2, 1)
        h = self.c2(F.silu(self.n2(h) * (1 + scale) + shift))
        x = self.skip(x) + h
        if self.cross is not None:
            flat = x.flatten(2).transpose(1, 2)
            if self.plane is not None:
                flat = self.plane(flat)
            x = self.cross(flat, text).transpose(1, 2).unflatten(2, (height, width))
        if not moving:
            return x
        channels = x.shape[1]
        h = F.silu(self.time_norm(x)).reshape(-1, frames, channels, height * width).permute(0, 1, 3, 2)
        before, after = torch.cat([h[:, -1:], h[:, :-1]], 1), torch.cat([h[:, 1:], h[:, :1]], 1)
        moved = self.time(torch.cat([before, h, after], -1))
        x = x + moved.permute(0, 1, 3, 2).reshape(count, channels, height, width)
        if self.time_attend is None:
            return x
        line = x.reshape(-1, frames, channels, height * width).permute(0, 3, 1, 2).reshape(-1, frames, channels)
        line = self.time_attend(line).reshape(-1, height * width, frames, channels).permute(0, 2, 3, 1)
        return line.reshape(count, channels, height, width)


class Denoiser(nn.Module):
    """Noisy latents (b, LATENT, frames, h, w), times 0..1000 and text to the velocity, noise less picture, in the same shape."""

    def __init__(self):
        super().__init__()
        wide, deep = CHANNELS
        steer = 128
        self.clock = nn.Sequential(nn.Linear(64, steer), nn.SiLU(), nn.Linear(steer, steer))
        self.mood = nn.Linear(TEXT, steer)
        self.enter = nn.Conv2d(LATENT, wide, 4, 2, 1)
        self.down = nn.ModuleList([Layer(wide, wide, steer, ""), Layer(wide, wide, steer, "cross")])
        self.shrink = _conv(wide, wide, 2)
        self.deep = nn.ModuleList([Layer(wide, deep, steer, "plane"), Layer(deep, deep, steer, "plane"), Layer(deep + wide, deep, steer, "")])
        self.grow = _conv(deep, wide)
        self.up = nn.ModuleList([Layer(2 * wide, wide, steer, "cross"), Layer(2 * wide, wide, steer, "")])
        self.leave = nn.Sequential(nn.GroupNorm(8, wide), nn.SiLU(), _conv(wide, 4 * LATENT))
        nn.init.zeros_(self.leave[2].weight), nn.init.zeros_(self.leave[2].bias)

    def time_parameters(self):
        return [p for part in (*self.down, *self.deep, *self.up) for p in part.time_parameters()]

    def forward(self, sample, timestep, encoder_hidden_states, moving=True):
        batch, _, frames, height, width = sample.shape
        rates = torch.exp(torch.arange(32, device=sample.device) * (-math.log(1000.0) / 31))
        angles = timestep.float().reshape(-1, 1) * rates
        clock = self.clock(torch.cat([angles.sin(), angles.cos()], -1)).expand(batch, -1)
        steer = F.silu(clock + self.mood(encoder_hidden_states.mean(1)))
        each = lambda t: t.unsqueeze(1).expand(-1, frames, *t.shape[1:]).flatten(0, 1) if t.dim() == 2 else t.unsqueeze(1).expand(-1, frames, -1, -1).flatten(0, 1)
        steer, text = each(steer), each(encoder_hidden_states)
        run = lambda layer, x: layer(x, steer, text, frames, moving)
        first = self.enter(sample.transpose(1, 2).flatten(0, 1))
        second = run(self.down[0], first)
        third = run(self.down[1], second)
        small = self.shrink(third)
        x = run(self.deep[1], run(self.deep[0], small))
        x = run(self.deep[2], torch.cat([x, small], 1))
        x = self.grow(F.interpolate(x, scale_factor=2, mode="nearest"))
        x = run(self.up[0], torch.cat([x, third], 1))
        x = run(self.up[1], torch.cat([x, second], 1))
        clean = F.pixel_shuffle(self.leave(x), 2).unflatten(0, (-1, frames)).transpose(1, 2)
        # The network tells the picture, which is smooth, and never has to copy noise; the velocity follows from it.
        return (sample - clean) / (timestep.reshape(-1, 1, 1, 1, 1) / 1000).clamp(min=LEAST_NOISE)
