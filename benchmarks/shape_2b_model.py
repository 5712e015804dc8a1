"""Builds the Qwen2-VL-2B shape with random weights, and a LoRA adapter; see ``shape_2b.py``."""

import sys
from pathlib import Path

from trainer.model.tokenizer import CHAT_TEMPLATE, SPECIAL_TOKENS

VOCABULARY = 151_936
MATRICES = ["q_proj", "k_proj", "v_proj", "o_proj", "up_proj", "down_proj", "gate_proj"]


def main() -> None:
    """As a child: rank file, folder of the base, folder of the adapter, depth or 0."""
    ranks, base, adapter, layers = sys.argv[1:]
    build(Path(ranks), Path(base), Path(adapter), int(layers))


def build(ranks: Path, base: Path, adapter: Path, layers: int) -> None:
    """Write both folders; the weights are bf16, of the published model's config."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import (
        GenerationConfig,
        Qwen2VLConfig,
        Qwen2VLForConditionalGeneration,
        Qwen2VLImageProcessor,
        Qwen2VLProcessor,
        Qwen2VLVideoProcessor,
    )

    tokenizer = read_tokenizer(ranks)
    bounds = {"min_pixels": 3136, "max_pixels": 12845056}
    Qwen2VLProcessor(
        image_processor=Qwen2VLImageProcessor(**bounds),
        tokenizer=tokenizer,
        video_processor=Qwen2VLVideoProcessor(**bounds),
        chat_template=CHAT_TEMPLATE,
    ).save_pretrained(base)
    ids = {token: tokenizer.convert_tokens_to_ids(token) for token in SPECIAL_TOKENS}
    config = Qwen2VLConfig(
        text_config={
            "vocab_size": VOCABULARY,
            "hidden_size": 1536,
            "intermediate_size": 8960,
            "num_hidden_layers": layers or 28,
            "num_attention_heads": 12,
            "num_key_value_heads": 2,
            "max_position_embeddings": 32768,
            "rope_theta": 1000000.0,
            "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]},
            "tie_word_embeddings": True,
            "bos_token_id": ids["<|endoftext|>"],
            "eos_token_id": ids["<|im_end|>"],
            "pad_token_id": ids["<|endoftext|>"],
        },
        vision_config={
            "depth": layers or 32,
            "embed_dim": 1280,
            "hidden_size": 1536,
            "num_heads": 16,
            "mlp_ratio": 4,
            "patch_size": 14,
            "spatial_merge_size": 2,
            "temporal_patch_size": 2,
        },
        tie_word_embeddings=True,
        architectures=["Qwen2VLForConditionalGeneration"],
        image_token_id=ids["<|image_pad|>"],
        video_token_id=ids["<|video_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"],
    )
    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    model = Qwen2VLForConditionalGeneration(config)
    model.generation_config = GenerationConfig(
        do_sample=False, eos_token_id=[ids["<|im_end|>"], ids["<|endoftext|>"]]
    )
    model.save_pretrained(base)
    lora = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, target_modules=MATRICES))
    with torch.no_grad():
        for name, weights in lora.named_parameters():
            if "lora_B" in name:
                weights.normal_(std=0.02)
    lora.save_pretrained(adapter)


def read_tokenizer(ranks: Path) -> "Qwen2TokenizerFast":  # noqa: F821
    """The Qwen2 tokenizer from its tiktoken ranks."""
    from transformers import Qwen2TokenizerFast
    from transformers.convert_slow_tokenizer import TikTokenConverter

    from trainer.model.tokenizer import _SPLIT

    inner = TikTokenConverter(
        str(ranks), pattern=_SPLIT, additional_special_tokens=list(SPECIAL_TOKENS)
    ).converted()
    return Qwen2TokenizerFast(
        tokenizer_object=inner,
        unk_token=None,
        bos_token=None,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        additional_special_tokens=list(SPECIAL_TOKENS[1:]),
        model_max_length=32768,
        chat_template=CHAT_TEMPLATE,
        clean_up_tokenization_spaces=False,
    )


if __name__ == "__main__":
    main()
