"""The same frames between frames in Python's onnxruntime: reads one line of JSON a round from its input, answers with one of seconds."""

import json
import sys
import time

import numpy as np
import onnxruntime

path, threads = sys.argv[1], int(sys.argv[2])
settings = onnxruntime.SessionOptions()
settings.intra_op_num_threads, settings.inter_op_num_threads = threads, 1
settings.log_severity_level = 3
model = onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])
print(json.dumps({"version": onnxruntime.__version__}), flush=True)
for line in sys.stdin:
    wanted = json.loads(line)
    width, height = (-(-side // 32) * 32 for side in (wanted["width"], wanted["height"]))
    random = np.random.default_rng(0)
    before = random.random((1, 3, height, width), np.float32)
    after = np.roll(before, 8, axis=3)
    start, cpu = time.perf_counter(), time.process_time()
    for number in range(wanted["frames"]):
        at = np.full((1, 1, height, width), (number + 1) / (wanted["frames"] + 1), np.float32)
        drawn = model.run(["out0"], {"in0": before, "in1": after, "in2": at})[0]
        assert np.isfinite(drawn).all()
    print(json.dumps({"seconds": time.perf_counter() - start, "cpuSeconds": time.process_time() - cpu}), flush=True)
