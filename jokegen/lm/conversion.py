"""Turns the GGUF file of the starter into a base model folder like all others.

Weights of a Llama (the family of SmolLM2) become float32 safetensors under transformers' names,
and the vocabulary becomes a tokenizer. Tensor after tensor, so that it can be cancelled at any
time and needs no more memory than the largest of them. The result equals transformers' own GGUF
import bit for bit; only that one takes 22 s for the starter, and this about 2 s. One thing is
better here: numbers are split into digits, as in the tokenizer that SmolLM2 was trained with.
"""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path
from typing import Any

from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Phase, Progress
from jokegen.lm.checking import import_libraries
from jokegen.lm.gguf_file import GgufFile

_NAMES = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "output": "lm_head",
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_SPECIAL = 3  # the token type of control tokens


def convert_gguf(source: Path, folder: Path, separator: str, context: JobContext) -> None:
    """Write config, tokenizer and float32 safetensors of the Llama in `source` into `folder`.

    `separator` becomes the token that begins and ends a text. Raises JokegenError if the file is
    not a whole GGUF file of a Llama whose vocabulary has that token.
    """
    context.emit(Progress(Phase.CONVERTING))
    import_libraries(context)
    with GgufFile(source) as file:
        facts = file.facts
        context.emit(Progress(Phase.CONVERTING, 0, len(file.tensors), "tensors"))
        if facts.get("general.architecture") != "llama":
            raise _unsuitable(source, "it holds another kind of language model than expected")
        if facts.get("tokenizer.ggml.model") != "gpt2":
            raise _unsuitable(source, "its vocabulary is of another kind than expected")
        if separator not in facts["tokenizer.ggml.tokens"]:
            raise _unsuitable(source, f"its vocabulary has no token {separator}")
        _write_config(facts, file, folder, separator)
        context.check()
        _write_tokenizer(facts, folder, separator)
        context.check()
        _write_weights(file, folder / "model.safetensors", context)


def _write_config(facts: dict[str, Any], file: GgufFile, folder: Path, separator: str) -> None:
    from transformers import GenerationConfig, LlamaConfig

    end = facts["tokenizer.ggml.tokens"].index(separator)
    heads = facts["llama.attention.head_count"]
    config = LlamaConfig(
        architectures=["LlamaForCausalLM"],
        vocab_size=len(facts["tokenizer.ggml.tokens"]),
        hidden_size=facts["llama.embedding_length"],
        intermediate_size=facts["llama.feed_forward_length"],
        num_hidden_layers=facts["llama.block_count"],
        num_attention_heads=heads,
        num_key_value_heads=facts.get("llama.attention.head_count_kv", heads),
        max_position_embeddings=facts["llama.context_length"],
        rms_norm_eps=facts["llama.attention.layer_norm_rms_epsilon"],
        rope_parameters={
            "rope_type": "default",
            "rope_theta": facts.get("llama.rope.freq_base", 10000.0),
        },
        tie_word_embeddings=all(tensor.name != "output.weight" for tensor in file.tensors),
        bos_token_id=end,
        eos_token_id=end,
        pad_token_id=None,
        dtype="float32",
    )
    config.save_pretrained(folder)
    GenerationConfig(bos_token_id=end, eos_token_id=end).save_pretrained(folder)


def _write_tokenizer(facts: dict[str, Any], folder: Path, separator: str) -> None:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    tokens: list[str] = facts["tokenizer.ggml.tokens"]
    merges = [tuple(merge.split(" ", 1)) for merge in facts["tokenizer.ggml.merges"]]
    bpe = Tokenizer(models.BPE({token: number for number, token in enumerate(tokens)}, merges))
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    if facts.get("tokenizer.ggml.pre") == "smollm":
        digits = pre_tokenizers.Digits(individual_digits=True)
        bpe.pre_tokenizer = pre_tokenizers.Sequence([digits, bpe.pre_tokenizer])
    bpe.decoder = decoders.ByteLevel()
    kinds = facts["tokenizer.ggml.token_type"]
    bpe.add_special_tokens(
        [
            AddedToken(token, special=True, normalized=False)
            for token, kind in zip(tokens, kinds, strict=True)
            if kind == _SPECIAL
        ]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        bos_token=separator,
        eos_token=separator,
        unk_token=separator,
        model_max_length=facts["llama.context_length"],
    ).save_pretrained(folder)


def _write_weights(file: GgufFile, target: Path, context: JobContext) -> None:
    """Write safetensors by hand: the library would want all tensors in memory at once.

    The format is a length, a JSON header, and the raw data:
    https://github.com/huggingface/safetensors#format
    """
    heads = file.facts["llama.attention.head_count"]
    heads_of = {"attn_q": heads, "attn_k": file.facts.get("llama.attention.head_count_kv", heads)}
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    position = 0
    for tensor in file.tensors:
        size = 4
        for extent in tensor.shape:
            size *= extent
        header[_name(tensor.name)] = {
            "dtype": "F32",
            "shape": list(tensor.shape),
            "data_offsets": [position, position + size],
        }
        position += size
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    with target.open("wb") as out:
        out.write(struct.pack("<Q", len(head)) + head)
        for number, tensor in enumerate(file.tensors, 1):
            context.check()
            weights = file.read(tensor)
            part = tensor.name.split(".")[-2]
            if part in heads_of:
                weights = _unpermute(weights, heads_of[part])
            out.write(memoryview(weights).cast("B"))
            context.emit(Progress(Phase.CONVERTING, number, len(file.tensors), "tensors"))


def _unpermute(weights: Any, heads: int) -> Any:
    """Undo GGUF's order of the rotary pairs (neighbours) into transformers' (two halves)."""
    import numpy as np

    rows, columns = weights.shape
    pairs = weights.reshape(heads, rows // heads // 2, 2, columns)
    return np.ascontiguousarray(pairs.swapaxes(1, 2).reshape(rows, columns))


def _name(name: str) -> str:
    """transformers' name of a tensor; JokegenError for one that a Llama does not have."""
    match = re.fullmatch(r"(?:blk\.(\d+)\.)?([a-z_]+)\.weight", name)
    if match is None or match.group(2) not in _NAMES:
        raise JokegenError(
            f"The GGUF file holds a tensor “{name}” that Jokegen does not know.",
            "Choose another file.",
        )
    layer = f"model.layers.{match.group(1)}." if match.group(1) else ""
    return f"{layer}{_NAMES[match.group(2)]}.weight"


def _unsuitable(source: Path, why: str) -> JokegenError:
    return JokegenError(
        f"“{source.name}” cannot become the base model: {why}.", "Choose another file."
    )
