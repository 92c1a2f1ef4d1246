"""A stand-in for the package index, and a tiny starter package for it to serve."""

from __future__ import annotations

import hashlib
import io
import random
import zipfile
from pathlib import Path
from typing import Any

from jokegen.lm.catalogue import CatalogueEntry, PackageSource
from tests.lm.standin_server import StandInServer
from tests.lm.tiny_models import SEPARATOR, tiny_llama

WHEEL = "tiny_starter-0.1-py3-none-any.whl"
MEMBER = "tiny_starter/tiny.gguf"


class StandInIndex(StandInServer):
    """Serves one wheel as a package index does."""

    def __init__(self, wheel: Path) -> None:
        super().__init__()
        link = f'<!DOCTYPE html><html><body><a href="/files/{WHEEL}">{WHEEL}</a></body></html>'
        self.pages["/simple/tiny-starter/"] = link.encode()
        self.pages[f"/files/{WHEEL}"] = wheel.read_bytes()


def tiny_starter(folder: Path) -> tuple[CatalogueEntry, Path, Path]:
    """A catalogue entry "starter", its wheel and its GGUF file, both made in `folder`."""
    gguf = tiny_gguf(folder / "tiny.gguf", tiny_llama(folder / "original"))
    wheel = folder / WHEEL
    wheel.write_bytes(_wheel(gguf.read_bytes()))
    package = PackageSource(
        requirement="tiny-starter==0.1",
        wheel=WHEEL,
        wheel_bytes=wheel.stat().st_size,
        wheel_sha256=hashlib.sha256(wheel.read_bytes()).hexdigest(),
        member=MEMBER,
        member_bytes=gguf.stat().st_size,
        member_sha256=hashlib.sha256(gguf.read_bytes()).hexdigest(),
        highest_loss=99.0,
    )
    entry = CatalogueEntry(
        id="starter",
        title="Tiny starter",
        good_for="Tests.",
        parameters=31392,
        licence="MIT",
        download_bytes=package.wheel_bytes,
        disk_bytes=150_000,
        separator=SEPARATOR,
        package=package,
    )
    return entry, wheel, gguf


def tiny_gguf(target: Path, llama: Path) -> Path:
    """Write a Llama folder as a GGUF file, as llama.cpp's converter does it."""
    import json

    from gguf import GGUFWriter
    from safetensors.numpy import load_file

    config: dict[str, Any] = json.loads((llama / "config.json").read_text())
    bpe = json.loads((llama / "tokenizer.json").read_text())
    vocabulary = sorted(bpe["model"]["vocab"], key=bpe["model"]["vocab"].get)
    writer = GGUFWriter(target, "llama")
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(vocabulary)
    writer.add_token_types([3 if token == SEPARATOR else 1 for token in vocabulary])
    writer.add_token_merges([" ".join(merge) for merge in bpe["model"]["merges"]])
    heads = {"q_proj": config["num_attention_heads"], "k_proj": config["num_key_value_heads"]}
    for name, weights in load_file(llama / "model.safetensors").items():
        part = name.split(".")[-2]
        if part in heads:  # https://github.com/ggml-org/llama.cpp, LlamaModel.permute
            rows, columns = weights.shape
            halves = weights.reshape(heads[part], 2, rows // heads[part] // 2, columns)
            weights = halves.swapaxes(1, 2).reshape(rows, columns).copy()
        writer.add_tensor(_gguf_name(name), weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target


def _gguf_name(name: str) -> str:
    parts = {
        "model.embed_tokens": "token_embd",
        "model.norm": "output_norm",
        "model.layers.": "blk.",
        "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm",
        "self_attn.o_proj": "attn_output",
        "self_attn.": "attn_",
        "mlp.": "ffn_",
        "_proj": "",
    }
    for theirs, ours in parts.items():
        name = name.replace(theirs, ours)
    return name


def _wheel(gguf: bytes) -> bytes:
    """A wheel with the GGUF file and 600 kB of noise, so that fetching it takes a few blocks."""
    info = "tiny_starter-0.1.dist-info"
    files = {
        MEMBER: gguf,
        "tiny_starter/noise.bin": random.Random(0).randbytes(600_000),
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: tiny-starter\nVersion: 0.1\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content)
    return buffer.getvalue()
