"""What the sides of Python share: networks in onnxruntime with so many threads, and rounds that are asked for and answered by lines of JSON."""

import json
import sys
import time

import onnxruntime


def session(path, threads):
    """A network on the processor; of what it says only errors."""
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads, settings.inter_op_num_threads = threads, 1
    settings.log_severity_level = 3
    return onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])


def answer_rounds(prepare):
    """Tells the version, and for each line of the input the seconds of what `prepare` gives for it; preparing does not count."""
    print(json.dumps({"version": onnxruntime.__version__}), flush=True)
    for line in sys.stdin:
        work = prepare(json.loads(line))
        start, cpu = time.perf_counter(), time.process_time()
        work()
        print(json.dumps({"seconds": time.perf_counter() - start, "cpuSeconds": time.process_time() - cpu}), flush=True)
