"""Writes the trained model in the layout that diffusers exports to ONNX: `python export.py --work FOLDER --out ../../models/backdrops`.

Weights are kept in half precision and widened by the graph, so the files are small and the numbers are computed in single precision.
"""

import argparse
import hashlib
import json
import re
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

import scenes
from networks import Decoder, Denoiser, Encoder, LATENT, TEXT, TOKENS, TextEncoder
from words import Words

parser = argparse.ArgumentParser()
parser.add_argument("--work", type=Path, required=True)
parser.add_argument("--out", type=Path, required=True)
parser.add_argument("--weights", default="clips.pt")
options = parser.parse_args()
torch.set_num_threads(1)


class Means(torch.nn.Module):
    """The encoder without its variances: what a picture is taken as."""

    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, sample):
        return self.encoder(sample).chunk(2, 1)[0]


def halve(model):
    """Stores each weight of more than 64 numbers in half precision, with a cast in front of its use."""
    kept, casts = [], []
    for weight in model.graph.initializer:
        if weight.data_type != TensorProto.FLOAT or np.prod(weight.dims) <= 64:
            kept.append(weight)
            continue
        values = numpy_helper.to_array(weight)
        kept.append(numpy_helper.from_array(values.astype(np.float16), weight.name + "_half"))
        casts.append(helper.make_node("Cast", [weight.name + "_half"], [weight.name], to=TensorProto.FLOAT))
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def export(name, module, arguments, inputs, outputs, axes):
    path = options.out / name / "model.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(module.eval(), arguments, str(path), input_names=inputs, output_names=outputs, dynamic_axes=axes, opset_version=17, dynamo=False, do_constant_folding=True)
    model = onnx.load(path)
    halve(model)
    model.doc_string = ""
    for node in model.graph.node:
        node.doc_string = ""
    onnx.checker.check_model(model)
    onnx.save(model, path)
    print(name, path.stat().st_size)


def write(path, fields):
    target = options.out / path
    target.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(fields, indent=2, ensure_ascii=False)
    target.write_text(re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda found: "[" + re.sub(r"\s*\n\s*", " ", found[1]) + "]", text) + "\n")


words = Words()
held, vae = torch.load(options.work / options.weights), torch.load(options.work / "vae.pt")
scale = torch.load(options.work / "latents.pt")["scale"]
text, denoiser, encoder, decoder = TextEncoder(len(words)), Denoiser(), Encoder(), Decoder()
text.load_state_dict(held["text"]), denoiser.load_state_dict(held["denoiser"])
encoder.load_state_dict(vae["encoder"]), decoder.load_state_dict(vae["decoder"])

side = scenes.SIZE // 4
export("text_encoder", text, (torch.zeros(1, TOKENS, dtype=torch.int64),), ["input_ids"], ["last_hidden_state"], {"input_ids": {0: "batch"}, "last_hidden_state": {0: "batch"}})
export(
    "unet", denoiser, (torch.randn(2, LATENT, scenes.FRAMES, side, side), torch.rand(2) * 1000, torch.randn(2, TOKENS, TEXT)),
    ["sample", "timestep", "encoder_hidden_states"], ["out_sample"],
    {"sample": {0: "batch", 2: "frames", 3: "height", 4: "width"}, "timestep": {0: "batch"}, "encoder_hidden_states": {0: "batch"}, "out_sample": {0: "batch", 2: "frames", 3: "height", 4: "width"}},
)
sizes = {0: "batch", 2: "height", 3: "width"}
export("vae_decoder", decoder, (torch.randn(1, LATENT, side, side),), ["latent_sample"], ["sample"], {"latent_sample": sizes, "sample": sizes})
export("vae_encoder", Means(encoder), (torch.randn(1, 3, scenes.SIZE, scenes.SIZE),), ["sample"], ["latent_sample"], {"sample": sizes, "latent_sample": sizes})
words.save(options.out / "tokenizer")
write("model_index.json", {"_class_name": "TextToVideoSDPipeline", "scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"], "text_encoder": ["diffusers", "OnnxRuntimeModel"], "tokenizer": ["transformers", "CLIPTokenizer"], "unet": ["diffusers", "OnnxRuntimeModel"], "vae_decoder": ["diffusers", "OnnxRuntimeModel"], "vae_encoder": ["diffusers", "OnnxRuntimeModel"]})
write("scheduler/scheduler_config.json", {"_class_name": "FlowMatchEulerDiscreteScheduler", "num_train_timesteps": 1000, "shift": 1.0})
write("vae_decoder/config.json", {"_class_name": "AutoencoderKL", "block_out_channels": [20, 32, 56], "latent_channels": LATENT, "scaling_factor": scale})
write("unet/config.json", {"_class_name": "UNet3DConditionModel", "in_channels": LATENT, "out_channels": LATENT, "sample_size": side, "num_frames": scenes.FRAMES, "cross_attention_dim": TEXT, "sample_multiple": 4})


files = [path for path in sorted(options.out.rglob("*")) if path.is_file() and path.name not in ("card.json", "NOTICE")]
card = {
    "format": 1,
    "name": "backdrops",
    "title": "Moving backdrops (tiny)",
    "capability": "text-to-video",
    "also": ["text-to-image", "image-to-image"],
    "engine": "onnx",
    "does": "Draws loops of eight small pictures (64 x 64): gradients, waves, bokeh, aurora and ink in named colours. Soft and abstract; it knows nothing else.",
    "licence": {
        "name": "CC0-1.0", "url": "https://creativecommons.org/publicdomain/zero/1.0/", "attribution": "The Filmwright authors",
        "summary": "Trained by the project on pictures that its own program drew; weights and pictures are dedicated to the public domain.",
        "commercialUse": "allowed", "mustAccept": False,
    },
    "source": "file:packages/engines/training/backdrops",
    "builtIn": True,
    "needs": {"tiers": [{"tier": "cpu", "ramMb": 300, "vramMb": None}], "diskMb": 4},
    "processing": {"type": "pipeline", "pipeline": "latent-diffusion", "settings": {"steps": 16, "guidance": 2.5, "fps": 4, "loops": True}},
    "limits": {"widthPx": 128, "heightPx": 128, "frames": scenes.FRAMES, "fps": 4, "promptTokens": TOKENS, "languages": ["en"]},
    "facts": [{"fact": "Trained for some minutes on one processor core: colours and kinds follow the words; shapes are soft and not always right.", "source": "the project itself", "state": "read"}],
    "files": [{"path": str(path.relative_to(options.out)), "bytes": path.stat().st_size, "digest": "sha256-" + hashlib.sha256(path.read_bytes()).hexdigest()} for path in files],
}
write("card.json", card)
