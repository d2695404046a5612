"""The same network in Python's onnxruntime: reads one line of JSON a round from its input, answers with one of seconds. Frames are lists of files of raw RGB."""

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
    frames = np.fromfile(wanted["file"], np.uint8).reshape(wanted["frames"], wanted["height"], wanted["width"], 3)
    start, cpu = time.perf_counter(), time.process_time()
    for frame in frames:
        given = np.ascontiguousarray(frame.transpose(2, 0, 1)[None].astype(np.float32) / 255)
        made = model.run(None, {"data": given})[0][0]
        # Four times as large, and down to what is wanted by the mean of each square.
        step = 4 // wanted["factor"]
        channels, height, width = made.shape
        if step > 1:
            made = made.reshape(channels, height // step, step, width // step, step).mean((2, 4))
        np.clip(np.rint(made.transpose(1, 2, 0) * 255), 0, 255).astype(np.uint8)
    print(json.dumps({"seconds": time.perf_counter() - start, "cpuSeconds": time.process_time() - cpu}), flush=True)
