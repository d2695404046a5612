"""The tokenizer of the captions: byte pairs in the form of CLIP (vocab.json, merges.txt), with a merge for every word that a caption can hold."""

import json
import re
from collections import Counter
from pathlib import Path

from networks import TOKENS
from scenes import KINDS, TONES, WORDS

START, END = "<|startoftext|>", "<|endoftext|>"
EXTRA = "and in a of backdrop abstract slow calm moving background loop with the on style".split()


def _bytes():
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table = {byte: chr(byte) for byte in plain}
    for offset, byte in enumerate(sorted(set(range(256)) - set(plain))):
        table[byte] = chr(256 + offset)
    return {byte: table[byte] for byte in [*plain, *sorted(set(range(256)) - set(plain))]}


def caption_words():
    texts = [word for group in (*WORDS.values(), *KINDS.values(), *TONES.values()) for word in group]
    return sorted({word for text in [*texts, *EXTRA] for word in re.findall(r"[a-z]+", text)})


class Words:
    """Texts to token numbers, as the tokenizer files that `save` writes say."""

    def __init__(self):
        symbols = list(_bytes().values())
        pieces = {word: [*word[:-1], word[-1] + "</w>"] for word in caption_words()}
        self.merges = []
        while True:
            pairs = Counter(pair for parts in pieces.values() for pair in zip(parts, parts[1:]))
            if not pairs:
                break
            best = max(sorted(pairs), key=lambda pair: pairs[pair])
            self.merges.append(best)
            pieces = {word: self._join(parts, best) for word, parts in pieces.items()}
        names = [*symbols, *(s + "</w>" for s in symbols), *("".join(m) for m in self.merges), START, END]
        self.vocabulary = {name: index for index, name in enumerate(names)}

    @staticmethod
    def _join(parts, pair):
        out = []
        for part in parts:
            if out and (out[-1], part) == pair:
                out[-1] += part
            else:
                out.append(part)
        return out

    def __len__(self):
        return len(self.vocabulary)

    def encode(self, text):
        ids = [self.vocabulary[START]]
        for word in re.findall(r"[a-z]+|[^a-z\s]+", text.lower()):
            parts = [*word[:-1], word[-1] + "</w>"]
            for merge in self.merges:
                parts = self._join(parts, merge)
            ids += [self.vocabulary[part] for part in parts]
        end = self.vocabulary[END]
        return [*ids[: TOKENS - 1], end] + [end] * (TOKENS - 1 - len(ids[: TOKENS - 1]))

    def save(self, folder):
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "vocab.json").write_text(json.dumps(self.vocabulary, ensure_ascii=False, indent=2) + "\n")
        (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(" ".join(m) + "\n" for m in self.merges))
        (folder / "tokenizer_config.json").write_text(
            json.dumps({"tokenizer_class": "CLIPTokenizer", "model_max_length": TOKENS, "bos_token": START, "eos_token": END, "unk_token": END, "pad_token": END, "do_lower_case": True}, indent=2) + "\n"
        )
