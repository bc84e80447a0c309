"""An Idefics3 of some kilobytes with random weights, and its processor: vLLM reads its images without torchvision."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import Idefics3Config, Idefics3ForConditionalGeneration, Idefics3Processor, LlamaConfig
from transformers.models.idefics3.configuration_idefics3 import Idefics3VisionConfig
from transformers.models.idefics3.image_processing_pil_idefics3 import Idefics3ImageProcessorPil

from tests.unit.backends.local.tiny import byte_tokenizer

PIXELS, PATCH, SCALE, TILES = 32, 8, 2, 6
TOKENS = (PIXELS // PATCH // SCALE) ** 2
"""Those that an image takes, but for the marks around it."""
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ message.role }}: {% for part in message.content %}"
    "{% if part.type == 'image' %}<image>{% else %}{{ part.text }}{% endif %}{% endfor %}{% endfor %}"
    "{% if add_generation_prompt %}assistant:{% endif %}"
)


def save_tiny_idefics3(folder: Path) -> Path:
    """Write it into a folder."""
    tokenizer = byte_tokenizer(bos_token="<s>", eos_token="</s>", pad_token="<pad>")  # noqa: S106 - tokens, no passwords
    marks = ["<fake_token_around_image>", "<image>", "<end_of_utterance>", "<global-img>"]
    marks += [f"<row_{row}_col_{column}>" for row in range(1, TILES + 1) for column in range(1, TILES + 1)]
    tokenizer.add_tokens(marks, special_tokens=True)
    edge = {"longest_edge": PIXELS}
    processor = Idefics3Processor(
        Idefics3ImageProcessorPil(size=edge, max_image_size=edge, do_image_splitting=False),
        tokenizer,
        image_seq_len=TOKENS,
        chat_template=TEMPLATE,
    )
    # Heads of 64, which vLLM's attention on processors has a kernel for.
    small = {"hidden_size": 128, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2}
    torch.manual_seed(0)
    model = Idefics3ForConditionalGeneration(
        Idefics3Config(
            vision_config=Idefics3VisionConfig(**small, image_size=PIXELS, patch_size=PATCH, initializer_range=0.5),
            text_config=LlamaConfig(**small, vocab_size=len(tokenizer), initializer_range=0.5),
            image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
            scale_factor=SCALE,
            pad_token_id=tokenizer.pad_token_id,
            initializer_range=0.5,
        )
    )
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder
