"""Tiny random language models with which tests run the real code in a fraction of a second.

Same architectures, files and manifest as the base models of the catalogue (GPT-2 and Llama, the
family of SmolLM2), only with a few thousand weights and a vocabulary of about 400 tokens. The
weights and the vocabulary are the same at every call.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jokegen import storage

SEPARATOR = "<|endoftext|>"
SENTENCES = (
    "Why did the chicken cross the road? To get to the other side.",
    "What do you call a bear with no teeth? A gummy bear.",
    "I told my wife she was drawing her eyebrows too high. She looked surprised.",
    "My dog used to chase people on a bike a lot. It got so bad I had to take his bike away.",
    "I have a joke about construction, but I am still working on it.",
    "A man walks into a bar. Ouch.",
    "Parallel lines have so much in common. It is a shame they will never meet.",
    "What is orange and sounds like a parrot? A carrot.",
)


def tiny_gpt2(folder: Path, *, seed: int = 0) -> Path:
    """Save a two-layer GPT-2 as the base model `folder` (made if need be); returns `folder`."""
    from transformers import GPT2Config, GPT2LMHeadModel

    tokenizer = _tokenizer()
    config = GPT2Config(
        vocab_size=len(tokenizer),
        n_positions=128,
        n_embd=32,
        n_layer=2,
        n_head=2,
        bos_token_id=tokenizer.eos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    return _save(folder, GPT2LMHeadModel, config, tokenizer, seed)


def tiny_llama(folder: Path, *, seed: int = 0) -> Path:
    """Save a two-layer Llama as the base model `folder` (made if need be); returns `folder`."""
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = _tokenizer()
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        max_position_embeddings=128,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.eos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=None,
    )
    return _save(folder, LlamaForCausalLM, config, tokenizer, seed)


def _tokenizer() -> Any:
    """A byte-level BPE like GPT-2's, learned from `SENTENCES`; the separator has id 0."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=[SEPARATOR],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator(SENTENCES, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        bos_token=SEPARATOR,
        eos_token=SEPARATOR,
        unk_token=SEPARATOR,
        model_max_length=128,
    )


def _save(folder: Path, kind: Any, config: Any, tokenizer: Any, seed: int) -> Path:
    import torch
    from transformers.utils import logging

    logging.disable_progress_bar()
    folder.mkdir(parents=True, exist_ok=True)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        language_model = kind(config)
    language_model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    storage.write_manifest(
        folder,
        kind="base_model",
        id=folder.name,
        title=f"Tiny {config.model_type} for tests",
        parameters=language_model.num_parameters(),
        separator=SEPARATOR,
    )
    return folder
