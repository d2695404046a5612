"""Trains the tiny model of moving backdrops on one CPU core: `python train.py --work FOLDER [--vae-minutes 6 --image-minutes 14 --clip-minutes 22]`.

Stages: draw clips; train the encoder and decoder of pictures; encode the clips; train text encoder and denoiser on single frames; then on whole
loops with the layers over time. Each stage leaves its weights in FOLDER, and a stage whose weights lie there already is passed over.
"""

import argparse
import copy
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import scenes
from networks import Decoder, Denoiser, Encoder, LATENT, TextEncoder
from words import Words

torch.set_num_threads(1)
parser = argparse.ArgumentParser()
parser.add_argument("--work", type=Path, required=True)
parser.add_argument("--clips", type=int, default=4000)
parser.add_argument("--vae-minutes", type=float, default=6)
parser.add_argument("--image-minutes", type=float, default=14)
parser.add_argument("--clip-minutes", type=float, default=22)
parser.add_argument("--start", type=Path, help="weights of an earlier training to begin with")
options = parser.parse_args()
options.work.mkdir(parents=True, exist_ok=True)
torch.manual_seed(5)
rng = np.random.default_rng(5)


def say(*words):
    print(time.strftime("%H:%M:%S"), *words, flush=True)


def draw():
    path = options.work / "clips.npz"
    if not path.exists():
        drawn = [scenes.clip(rng) for _ in range(options.clips)]
        np.savez(path, clips=np.stack([np.uint8(c * 255 + 0.5) for c, _ in drawn]), labels=np.array([d for _, d in drawn]))
    held = np.load(path)
    return held["clips"], [tuple(map(str, row)) for row in held["labels"]]


def pictures(values):
    return torch.from_numpy(values).permute(0, 3, 1, 2).float() / 127.5 - 1


def rate(start, minutes, peak):
    """Rises for the first fiftieth of the time and falls as a cosine to nothing."""
    share = min((time.time() - start) / (minutes * 60), 1)
    return peak * min(1, share * 50 + 0.02) * (0.5 + 0.5 * np.cos(np.pi * share)) + 1e-6, share >= 1


def train_pictures(clips):
    encoder, decoder = Encoder(), Decoder()
    path = options.work / "vae.pt"
    if path.exists():
        encoder.load_state_dict(torch.load(path)["encoder"]), decoder.load_state_dict(torch.load(path)["decoder"])
        return encoder, decoder
    flat = clips.reshape(-1, *clips.shape[2:])
    optimizer = torch.optim.AdamW([*encoder.parameters(), *decoder.parameters()], 2e-3, weight_decay=1e-4)
    start, step = time.time(), 0
    while True:
        optimizer.param_groups[0]["lr"], done = rate(start, options.vae_minutes, 3e-3)
        if done:
            break
        # Quarters of pictures see four times as many in the same time; whole ones at the end.
        whole = time.time() - start > options.vae_minutes * 45
        picked = flat[rng.integers(len(flat), size=10 if whole else 24)]
        top, left = (0, 0) if whole else rng.integers(0, 33, 2)
        real = pictures(picked if whole else picked[:, top : top + 32, left : left + 32])
        mean, variance = encoder(real).chunk(2, 1)
        variance = variance.clamp(-12, 4)
        made = decoder(mean + torch.exp(variance / 2) * torch.randn_like(mean))
        slope = lambda t: torch.cat([(t[..., 1:, :] - t[..., :-1, :]).flatten(1), (t[..., 1:] - t[..., :-1]).flatten(1)], 1)
        spread = 0.5 * (mean.square() + variance.exp() - 1 - variance).mean()
        loss = (made - real).abs().mean() + (slope(made) - slope(real)).abs().mean() + 1e-4 * spread
        optimizer.zero_grad(), loss.backward()
        torch.nn.utils.clip_grad_norm_([*encoder.parameters(), *decoder.parameters()], 1.0)
        optimizer.step()
        if step % 100 == 0:
            say("pictures", step, "error", round((made - real).abs().mean().item() / 2, 4), "spread", round(spread.item(), 2))
        step += 1
    torch.save({"encoder": encoder.state_dict(), "decoder": decoder.state_dict()}, path)
    return encoder, decoder


@torch.no_grad()
def encode(encoder, clips):
    path = options.work / "latents.pt"
    if not path.exists():
        flat = clips.reshape(-1, *clips.shape[2:])
        means = torch.cat([encoder(pictures(flat[i : i + 64])).chunk(2, 1)[0] for i in range(0, len(flat), 64)])
        scale = 1 / means.std().item()
        torch.save({"latents": (means * scale).reshape(len(clips), -1, LATENT, scenes.SIZE // 4, scenes.SIZE // 4).transpose(1, 2).contiguous(), "scale": scale}, path)
        say("latents", tuple(means.shape), "scale", scale)
    return torch.load(path)["latents"]


def train_denoiser(latents, labels, words):
    text, denoiser = TextEncoder(len(words)), Denoiser()
    cache = {}

    def read(label):
        caption = "" if rng.random() < 0.1 else scenes.caption(rng, *label)
        if caption not in cache:
            cache[caption] = words.encode(caption)
        return cache[caption]

    def stage(name, minutes, peak, batch, moving):
        path = options.work / f"{name}.pt"
        if path.exists():
            held = torch.load(path)
            text.load_state_dict(held["text"]), denoiser.load_state_dict(held["denoiser"])
            return
        if options.start and not moving:
            held = torch.load(options.start)
            text.load_state_dict(held["text"]), denoiser.load_state_dict(held["denoiser"])
        own = {id(p) for p in denoiser.time_parameters()}
        parameters = [*text.parameters(), *(p for p in denoiser.parameters() if moving or id(p) not in own)]
        optimizer = torch.optim.AdamW(parameters, peak, betas=(0.9, 0.99), weight_decay=1e-3)
        kept, decay = [p.detach().clone() for p in parameters], 0.0
        start, step, recent = time.time(), 0, []
        saved = start
        while True:
            optimizer.param_groups[0]["lr"], done = rate(start, minutes, peak)
            if done:
                break
            still = moving and step % 8 == 7
            count = batch * 6 if still else batch
            picks = rng.integers(len(latents), size=count)
            real = latents[picks]
            if still or not moving:
                frame = torch.from_numpy(rng.integers(real.shape[2], size=count))
                real = real[torch.arange(count), :, frame].unsqueeze(2)
            else:
                real = torch.roll(real, int(rng.integers(8)), 2)
                real = real.flip(2) if rng.random() < 0.5 else real
            ids = torch.tensor([read(labels[i]) for i in picks])
            # Logit-normal times, leaning to the noisy end, where the words decide.
            sigma = torch.sigmoid(torch.randn(count) * 1.1 + 0.4)
            noise = torch.randn_like(real)
            level = sigma.reshape(-1, 1, 1, 1, 1)
            guess = denoiser((1 - level) * real + level * noise, sigma * 1000, text(ids), moving)
            weight = level.square() / (level.square() + 0.03)
            loss = (weight * (guess - (noise - real)).square()).mean()
            optimizer.zero_grad(), loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            decay = min(0.993, (step + 1) / (step + 20))
            for held, now in zip(kept, parameters):
                held.lerp_(now.detach(), 1 - decay)
            if not still:
                recent.append(loss.item())
            if step % 100 == 0:
                say(name, step, "loss", round(float(np.mean(recent[-100:])), 4))
            if time.time() - saved > 180:
                saved = time.time()
                save(options.work / f"{name}-now.pt", kept, parameters)
            step += 1
        save(path, kept, parameters)
        for held, now in zip(kept, parameters):
            now.data.copy_(held)

    def save(path, kept, parameters):
        """Writes the running mean of the weights, which draws better than the last ones."""
        before = [p.detach().clone() for p in parameters]
        for held, now in zip(kept, parameters):
            now.data.copy_(held)
        torch.save({"text": copy.deepcopy(text.state_dict()), "denoiser": copy.deepcopy(denoiser.state_dict())}, path)
        for old, now in zip(before, parameters):
            now.data.copy_(old)

    stage("images", options.image_minutes, 1.2e-3, 24, False)
    stage("clips", options.clip_minutes, 1e-3, 5, True)


if __name__ == "__main__":
    say("drawing")
    clips, labels = draw()
    say("pictures")
    encoder, _ = train_pictures(clips)
    latents = encode(encoder, clips)
    del clips
    train_denoiser(latents, labels, Words())
    say("done")
