"""The same denoising steps in Python's onnxruntime: reads one line of JSON a round from its input, answers with one of seconds."""

import json
import sys
import time

import numpy as np
import onnxruntime

folder, threads = sys.argv[1], int(sys.argv[2])
settings = onnxruntime.SessionOptions()
settings.intra_op_num_threads, settings.inter_op_num_threads = threads, 1
settings.log_severity_level = 3
denoiser = onnxruntime.InferenceSession(f"{folder}/unet/model.onnx", settings, providers=["CPUExecutionProvider"])
text_encoder = onnxruntime.InferenceSession(f"{folder}/text_encoder/model.onnx", settings, providers=["CPUExecutionProvider"])
length = text_encoder.get_inputs()[0].shape[1]
print(json.dumps({"version": onnxruntime.__version__}), flush=True)
for line in sys.stdin:
    wanted = json.loads(line)
    text = text_encoder.run(None, {"input_ids": np.ones((2, length), np.int64)})[0]
    sample = np.random.default_rng(0).normal(size=wanted["dims"]).astype(np.float32)
    sigmas = np.linspace(1, 0, wanted["steps"] + 1)
    start, cpu = time.perf_counter(), time.process_time()
    for now, after in zip(sigmas, sigmas[1:]):
        both = denoiser.run(None, {"sample": np.concatenate([sample, sample]), "timestep": np.full(2, now * 1000, np.float32), "encoder_hidden_states": text})[0]
        guided = both[:1] + 3 * (both[1:] - both[:1])
        sample = (sample + (after - now) * guided).astype(np.float32)
    print(json.dumps({"seconds": time.perf_counter() - start, "cpuSeconds": time.process_time() - cpu}), flush=True)
