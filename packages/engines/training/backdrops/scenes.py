"""Moving abstract backdrops drawn by formula, with the captions that describe them. Every clip closes into a loop: its last frame leads into its first."""

import colorsys
import math

import numpy as np

SIZE = 64
FRAMES = 8

# Hue in degrees, saturation and value ranges of every colour a caption may name.
COLOURS = {
    "blue": (215, 0.85, 0.85), "teal": (178, 0.80, 0.75), "green": (130, 0.75, 0.70), "gold": (44, 0.85, 0.95),
    "orange": (24, 0.90, 0.95), "red": (358, 0.85, 0.85), "pink": (335, 0.55, 0.98), "magenta": (308, 0.80, 0.85),
    "violet": (268, 0.75, 0.85), "white": (210, 0.06, 0.98), "silver": (215, 0.10, 0.72), "black": (225, 0.30, 0.07),
}
WORDS = {
    "blue": ["blue", "azure", "navy"], "teal": ["teal", "turquoise", "cyan"], "green": ["green", "emerald"], "gold": ["gold", "golden", "yellow"],
    "orange": ["orange", "amber"], "red": ["red", "crimson"], "pink": ["pink", "rose"], "magenta": ["magenta", "fuchsia"],
    "violet": ["violet", "purple"], "white": ["white"], "silver": ["silver", "grey"], "black": ["black"],
}
KINDS = {
    "gradient": ["gradient", "soft gradient", "colour gradient", "blurred gradient", "smooth colours"],
    "waves": ["waves", "flowing waves", "silk waves", "ribbons", "rolling waves"],
    "bokeh": ["bokeh", "bokeh lights", "soft lights", "out of focus lights", "floating circles"],
    "aurora": ["aurora", "northern lights", "aurora curtains", "polar lights"],
    "ink": ["ink", "ink in water", "smoke", "marble", "liquid swirls"],
}
TONES = {"dark": ["dark", "night", "deep", "moody"], "bright": ["bright", "light", "airy"], "": [""]}

_y, _x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32) / SIZE - 0.5 + 0.5 / SIZE
PHASES = 2 * math.pi * np.arange(FRAMES, dtype=np.float32)[:, None, None] / FRAMES


def _colour(rng, name, tone):
    hue, saturation, value = COLOURS[name]
    hue = (hue + rng.normal(0, 5)) % 360
    value = np.clip(value * rng.uniform(0.9, 1.05), 0, 1)
    if tone == "dark":
        value, saturation = value * 0.62, min(1, saturation * 1.1)
    if tone == "bright":
        value, saturation = min(1, value * 0.6 + 0.42), saturation * 0.72
    return np.array(colorsys.hsv_to_rgb(hue / 360, np.clip(saturation, 0, 1), value), np.float32)


def _blend(amount, a, b):
    amount = np.clip(amount, 0, 1)[..., None]
    return a * (1 - amount) + b * amount


def _noise(rng, octaves, base, drift):
    """A smooth field that closes in time: sines over the plane whose phases turn whole times in the loop."""
    field = np.zeros((FRAMES, SIZE, SIZE), np.float32)
    total = 0.0
    for octave in range(octaves):
        for _ in range(4):
            angle, phase = rng.uniform(0, 2 * math.pi, 2)
            frequency = base * 1.8**octave * rng.uniform(0.7, 1.3) * 2 * math.pi
            turns = rng.choice([-1, 0, 1]) if octave else rng.choice([-1, 1])
            weight = 0.55**octave
            field += weight * np.sin(frequency * (_x * math.cos(angle) + _y * math.sin(angle)) + phase + turns * PHASES * drift)
            total += weight**2
    return field / math.sqrt(total * 2)


def _gradient(rng, a, b, tone):
    angle = rng.uniform(0, 2 * math.pi) + rng.uniform(0.2, 0.7) * np.sin(PHASES + rng.uniform(0, 6.28))
    amount = 0.5 + (_x * np.cos(angle) + _y * np.sin(angle)) * rng.uniform(0.8, 1.3) + 0.22 * _noise(rng, 1, 0.6, 1)
    return _blend(amount, a, b)


def _waves(rng, a, b, tone):
    tilt = rng.uniform(-0.35, 0.35)
    count = rng.integers(3, 6)
    clip = np.broadcast_to(_blend(np.broadcast_to(0.5 + _y, (FRAMES, SIZE, SIZE)) * 0.35, a, b), (FRAMES, SIZE, SIZE, 3)).copy()
    for index in range(count):
        height = (index + 0.5) / count - 0.5 + rng.uniform(-0.05, 0.05)
        frequency, phase = rng.uniform(0.7, 1.5) * 2 * math.pi, rng.uniform(0, 6.28)
        turns = rng.choice([-1, 1])
        edge = height + tilt * _x + rng.uniform(0.05, 0.12) * np.sin(frequency * _x + phase + turns * PHASES) + 0.03 * np.sin(2 * frequency * _x - PHASES)
        depth = _y - edge
        body = 1 / (1 + np.exp(np.clip(-depth * 90, -30, 30)))
        shade = np.exp(-np.clip(depth, 0, 1) * rng.uniform(4, 8))
        layer = _blend(0.25 + 0.75 * shade * (0.6 + 0.4 * (index + 1) / count), a * 0.85, b)
        clip = clip * (1 - body[..., None] * 0.85) + layer * body[..., None] * 0.85
    return clip


def _bokeh(rng, a, b, tone):
    ground = a * (0.22 if tone != "bright" else 0.75)
    clip = np.ones((FRAMES, SIZE, SIZE, 3), np.float32) * ground
    clip = clip * (1 + 0.35 * _noise(rng, 1, 0.5, 1)[..., None])
    for _ in range(rng.integers(8, 15)):
        cx, cy = rng.uniform(-0.55, 0.55, 2)
        radius = rng.uniform(0.05, 0.15)
        phase = rng.uniform(0, 6.28)
        px, py = cx + rng.uniform(0.02, 0.08) * np.cos(PHASES + phase), cy + rng.uniform(0.02, 0.08) * np.sin(PHASES + phase)
        distance = np.sqrt((_x - px) ** 2 + (_y - py) ** 2)
        disc = 1 / (1 + np.exp(np.clip((distance - radius) * rng.uniform(60, 130), -30, 30)))
        ring = 0.75 + 0.25 * np.clip(distance / radius, 0, 1) ** 4
        strength = rng.uniform(0.35, 0.9) * (0.8 + 0.2 * np.sin(PHASES + rng.uniform(0, 6.28)))
        colour = a * 0.3 + b * 0.7 if rng.random() < 0.3 else b
        colour = np.clip(colour * rng.uniform(0.85, 1.15), 0, 1)
        clip = 1 - (1 - clip) * (1 - (disc * ring * strength)[..., None] * colour)
    return clip


def _aurora(rng, a, b, tone):
    sky = _blend(np.broadcast_to(0.5 + _y, (FRAMES, SIZE, SIZE)), np.float32([0.01, 0.02, 0.06]), a * 0.28)
    clip = sky
    for _ in range(rng.integers(2, 4)):
        base, tilt = rng.uniform(-0.05, 0.3), rng.uniform(-0.25, 0.25)
        phase, frequency = rng.uniform(0, 6.28), rng.uniform(0.5, 1.1) * 6.28
        line = base + tilt * _x + 0.09 * np.sin(frequency * _x + phase + rng.choice([-1, 1]) * PHASES) + 0.04 * np.sin(2.3 * frequency * _x - PHASES)
        above = line - _y
        tall = rng.uniform(0.18, 0.4)
        curtain = np.where(above > 0, np.exp(-above / tall), np.exp(above * 26))
        rays = 0.7 + 0.3 * np.sin(_x * rng.uniform(18, 34) + rng.uniform(0, 6.28) + 0.9 * np.sin(PHASES + 5 * _x))
        colour = _blend(np.clip(above / tall / 1.6, 0, 1), b, a)
        clip = 1 - (1 - clip) * (1 - (curtain * rays * rng.uniform(0.55, 0.9))[..., None] * colour)
    return clip


def _ink(rng, a, b, tone):
    wx, wy = _noise(rng, 1, 0.9, 1), _noise(rng, 1, 0.9, 1)
    angle, frequency = rng.uniform(0, 6.28), rng.uniform(1.2, 2.2) * 6.28
    bend = rng.uniform(0.14, 0.26)
    u, v = _x + bend * wx, _y + bend * wy
    field = np.sin(frequency * (u * math.cos(angle) + v * math.sin(angle)) + rng.uniform(0, 6.28))
    field = field + 0.45 * np.sin(1.9 * frequency * (v * math.cos(angle) - u * math.sin(angle)) + 1.5 * wx + 0.6 * np.sin(PHASES))
    amount = 1 / (1 + np.exp(-2.6 * field))
    clip = _blend(amount, a, b)
    return clip * (0.88 + 0.12 * wy[..., None])


_DRAW = {"gradient": _gradient, "waves": _waves, "bokeh": _bokeh, "aurora": _aurora, "ink": _ink}


def caption(rng, kind, first, second, tone):
    """One of many ways to say what the clip shows."""
    pick = lambda words: words[rng.integers(len(words))]
    one, two, what, mood = pick(WORDS[first]), pick(WORDS[second]), pick(KINDS[kind]), pick(TONES[tone])
    pair = one if first == second else pick([f"{one} and {two}", f"{two} and {one}"])
    lead = pick(["", "", "slow ", "abstract ", "calm ", "a backdrop of ", "moving "])
    text = pick([f"{lead}{mood} {pair} {what}", f"{lead}{mood} {what} in {pair}", f"{lead}{mood} {what}, {pair}", f"{pair} {mood} {what}"])
    return " ".join(text.split())


def clip(rng):
    """A loop of FRAMES pictures (frames, height, width, 3; 0..1) and what `caption` needs to describe it."""
    kind = list(KINDS)[rng.integers(len(KINDS))]
    names = [name for name in COLOURS if name != "black" or kind in ("gradient", "waves", "ink")]
    first, second = (str(name) for name in rng.choice(names, 2, replace=rng.random() < 0.25))
    tone = str(rng.choice(["dark", "bright", "", ""]))
    if kind == "aurora":
        tone = str(rng.choice(["dark", ""]))
    a, b = _colour(rng, first, tone), _colour(rng, second, tone)
    if first == second:
        b = np.clip(b * 0.45, 0, 1) if rng.random() < 0.5 else b * 0.55 + 0.45
    frames = np.clip(_DRAW[kind](rng, a.astype(np.float32), b.astype(np.float32), tone), 0, 1)
    return frames.astype(np.float32), (kind, first, second, tone)
