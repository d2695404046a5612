# The side of Python: one network in onnxruntime. A request {"runs": N} runs it N times; {"plain": PATH, "frames": N} cuts out frames of a clip the
# plain way: decode, make small, run three times, make the mean large. Answers with seconds and processor seconds.
import subprocess
import sys

import numpy
from PIL import Image
from reference_rounds import answer_rounds, session

path, name, side, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
network = session(path, threads)
noise = numpy.random.default_rng(1).random((1, 3, side, side), dtype=numpy.float32)


def plain(clip, frames, width, height):
    command = ["ffmpeg", "-v", "error", "-i", clip, "-frames:v", str(frames), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    decoder = subprocess.Popen(command, stdout=subprocess.PIPE)
    for _ in range(frames):
        raw = decoder.stdout.read(width * height * 3)
        small = Image.frombuffer("RGB", (width, height), raw).resize((side, side), Image.BILINEAR)
        tensor = (numpy.asarray(small, dtype=numpy.float32) / 255).transpose(2, 0, 1)[None]
        masks = [network.run([name], {network.get_inputs()[0].name: tensor})[0] for _ in range(3)]
        mask = numpy.mean(masks, axis=0).reshape(side, side)
        Image.fromarray((mask * 255).astype(numpy.uint8)).resize((width, height), Image.BILINEAR).tobytes()
    decoder.stdout.close()
    decoder.wait()


def run(count):
    for _ in range(count):
        network.run([name], {network.get_inputs()[0].name: noise})


def prepare(wanted):
    if "runs" in wanted:
        return lambda: run(wanted["runs"])
    return lambda: plain(wanted["plain"], wanted["frames"], wanted["width"], wanted["height"])


answer_rounds(prepare)
