"""A LLaVA of a few kilobytes with random weights, and its processor."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration, LlavaProcessor
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from tests.unit.backends.local.tiny import byte_tokenizer

PIXELS, PATCH = 32, 8
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ message.role }}: {% for part in message.content %}"
    "{% if part.type == 'image' %}<image>{% else %}{{ part.text }}{% endif %}{% endfor %}{% endfor %}"
    "{% if add_generation_prompt %}assistant:{% endif %}"
)


def save_tiny_llava(folder: Path) -> Path:
    """Write it into a folder."""
    tokenizer = byte_tokenizer(bos_token="<s>", eos_token="</s>")  # noqa: S106 - tokens, no passwords
    tokenizer.add_tokens(["<image>"], special_tokens=True)
    size = {"height": PIXELS, "width": PIXELS}
    processor = LlavaProcessor(
        CLIPImageProcessorPil(size=size, crop_size=size),
        tokenizer,
        patch_size=PATCH,
        vision_feature_select_strategy="default",
        chat_template=TEMPLATE,
        num_additional_image_tokens=1,
    )
    small = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    torch.manual_seed(0)
    model = LlavaForConditionalGeneration(
        LlavaConfig(
            vision_config=CLIPVisionConfig(**small, image_size=PIXELS, patch_size=PATCH, projection_dim=32),
            text_config=LlamaConfig(**small, vocab_size=len(tokenizer), initializer_range=0.5),
            image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
            image_seq_length=(PIXELS // PATCH) ** 2,
            initializer_range=0.5,
        )
    )
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder
