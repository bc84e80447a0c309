"""What determines a response: the key that it is stored by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pytest_haerae.types import Request


def identity_digest(identity: Mapping[str, Any]) -> str:
    """Hash of what determines a response beside its request: backend, model, endpoint, generation parameters, seed."""
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


def response_key(identity: str, request: Request) -> str:
    """Key of a response: a hash of all that determines it and of nothing else.

    Args:
        identity: The `identity_digest` of the model.
        request: The request.
    """
    messages = request.messages and [[message.role, message.content] for message in request.messages]
    content: list[Any] = [identity, request.kind, request.context, request.continuations, messages, request.stop]
    if request.sampling or request.repeat:
        # Only then, as below: without them it is the key that answers of earlier versions are stored by.
        content.append([request.sampling, request.repeat])
    if request.choices:
        content.append({"choices": request.choices})
    if request.log_probability:
        content.append({"log_probability": True})
    if any(message.images for message in request.messages or ()):
        content.append({"images": [[image.digest for image in each.images] for each in request.messages or ()]})
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
