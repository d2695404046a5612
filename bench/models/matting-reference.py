# The side of Python: one network in onnxruntime. A request {"runs": N} runs it N times; {"plain": PATH, "frames": N} cuts out frames of a clip the
# plain way: decode, make small, run three times, make the mean large; with "out" it also writes them, colour above and matte below. Answers with seconds and processor seconds.
import subprocess
import sys

import numpy
from PIL import Image
from reference_rounds import answer_rounds, session

path, name, side, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
network = session(path, threads)
noise = numpy.random.default_rng(1).random((1, 3, side, side), dtype=numpy.float32)


def writer(out, rate, width, height):
    pictures = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{2 * height}", "-r", str(rate), "-i", "-"]
    x264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "16", "-pix_fmt", "yuv420p", "-threads", "2", "-g", str(rate)]
    return subprocess.Popen(["ffmpeg", "-v", "error", "-y", *pictures, *x264, out], stdin=subprocess.PIPE)


def plain(clip, frames, width, height, out=None, rate=25):
    command = ["ffmpeg", "-v", "error", "-i", clip, "-frames:v", str(frames), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    decoder = subprocess.Popen(command, stdout=subprocess.PIPE)
    encoder = None if out is None else writer(out, rate, width, height)
    for _ in range(frames):
        raw = decoder.stdout.read(width * height * 3)
        small = Image.frombuffer("RGB", (width, height), raw).resize((side, side), Image.BILINEAR)
        tensor = (numpy.asarray(small, dtype=numpy.float32) / 255).transpose(2, 0, 1)[None]
        masks = [network.run([name], {network.get_inputs()[0].name: tensor})[0] for _ in range(3)]
        mask = numpy.mean(masks, axis=0).reshape(side, side)
        matte = Image.fromarray((mask * 255).astype(numpy.uint8)).resize((width, height), Image.BILINEAR)
        if encoder is None:
            matte.tobytes()
        else:
            encoder.stdin.write(raw)
            encoder.stdin.write(matte.convert("RGB").tobytes())
    decoder.stdout.close()
    decoder.wait()
    if encoder is not None:
        encoder.stdin.close()
        encoder.wait()


def run(count):
    for _ in range(count):
        network.run([name], {network.get_inputs()[0].name: noise})


def prepare(wanted):
    if "runs" in wanted:
        return lambda: run(wanted["runs"])
    return lambda: plain(wanted["plain"], wanted["frames"], wanted["width"], wanted["height"], wanted.get("out"), wanted.get("rate", 25))


answer_rounds(prepare)
