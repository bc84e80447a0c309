"""Loading a model: in this process, or as the replicas that a run has."""

from __future__ import annotations

from pytest_haerae.backends.protocol import Backend, BackendParameters, Model
from pytest_haerae.config.run_config import RunConfig


def load_model(config: RunConfig, backend: type[Backend], parameters: BackendParameters) -> Model:
    """Load a model, as many copies of it as the run has; one that is asked over a network is not copied.

    Args:
        config: The run's configuration.
        backend: The class of its backend.
        parameters: Its parameters.

    Raises:
        UsageError: It cannot be loaded.
    """
    if config.replicas is None or backend.remote:
        return backend(parameters)
    # Imported here: most runs have no copies.
    from pytest_haerae.replicas.driver import Replicas

    return Replicas(
        backend, parameters, count=config.replicas, address=config.ray_address, gpus=config.gpus_per_replica
    )
