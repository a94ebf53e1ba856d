"""The batches of a step: random ones of a task's shape, or those that the other side wrote down. Read next: torch-step.py."""

import torch


def random_batch(model, task, generator):
    """A full batch of a task's shape in host memory; the same numbers on every call with the same generator."""
    examples, words, regions, width = task["examples"], task["words"], task["regions"], task["targetWidth"]
    rows = examples * task["rowsPerExample"]

    def normal(*shape):
        return torch.randn(*shape, generator=generator)

    def uniform(*shape):
        return torch.rand(*shape, generator=generator)

    return {
        "wordIds": torch.randint(model["vocab_size"], (rows, words), generator=generator, dtype=torch.int32),
        "wordMask": torch.ones(rows, words),
        "features": normal(rows, regions, model["v_feature_size"]),
        "boxes": uniform(rows, regions, 5),
        "regionMask": torch.ones(rows, regions),
        "tokenRows": torch.full((rows,), task["token"], dtype=torch.int32),
        "weights": torch.ones(examples),
        "targets": (uniform(examples, width) < 0.1).float(),
        "targetMask": torch.ones(examples, width),
    }


def load_batch(inputs):
    """A batch that the other side wrote down: {name: {dtype, shape, data}}"""
    types = {"float32": torch.float32, "int32": torch.int32}
    return {name: torch.tensor(value["data"], dtype=types[value["dtype"]]).view(value["shape"]) for name, value in inputs.items()}
