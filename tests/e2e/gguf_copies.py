"""Copies of a GGUF file: with other weights, or without the BOS that its tokenizer adds."""

from __future__ import annotations

import shutil
from pathlib import Path

from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter
from gguf.quants import dequantize, quantize

_ADD_BOS = "tokenizer.ggml.add_bos_token"
_WRITTEN_ANYWAY = ("general.architecture", "general.file_type")


def requantize(source: Path, target: Path, kind: GGMLQuantizationType) -> Path:
    """Write the same model with its matrices in another format.

    Args:
        source: The file.
        target: Where the copy goes.
        kind: The format, of which there is a quantizer in Python.
    """
    reader = GGUFReader(str(source))
    writer = GGUFWriter(str(target), str(reader.fields["general.architecture"].contents()))
    for field in reader.fields.values():
        if field.name in _WRITTEN_ANYWAY or field.name.startswith("GGUF."):
            continue
        listed = field.types[0] == GGUFValueType.ARRAY
        writer.add_key_value(field.name, field.contents(), field.types[0], sub_type=field.types[-1] if listed else None)
    for tensor in reader.tensors:
        values = dequantize(tensor.data, tensor.tensor_type)
        # What is no matrix is kept as it is, as llama.cpp's own quantizer does.
        if values.ndim == 1 or kind == GGMLQuantizationType.F32:
            writer.add_tensor(tensor.name, values)
        else:
            writer.add_tensor(tensor.name, quantize(values, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target


def without_bos(source: Path, target: Path) -> Path:
    """Write the same model with a tokenizer that adds no BOS."""
    shutil.copy(source, target)
    field = GGUFReader(str(target), "r+").fields[_ADD_BOS]
    field.parts[field.data[0]][0] = False
    return target
