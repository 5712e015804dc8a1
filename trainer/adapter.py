"""Whether a LoRA adapter, or a checkpoint of whole weights, belongs to a base."""

from pathlib import Path

from trainer.weights import Shapes, shapes_of

_PREFIXES = ("base_model.", "model.", "language_model.")
_SUFFIXES = (".lora_A.weight", ".lora_B.weight")


def misfit(folder: Path, base: Path) -> str:
    """Why an adapter or checkpoint cannot go on a base, Chinese; empty when it can.

    A LoRA pair is (rank, in) and (out, rank) for a matrix (out, in) of the base; whole
    weights have the base's shapes.
    """
    if not folder.is_dir():
        return f"没有文件夹 {folder.name}"
    try:
        given, wanted = shapes_of(folder), _plain(shapes_of(base))
    except (OSError, ValueError, KeyError, TypeError):
        return "权重文件读不出来"
    if not given:
        return f"{folder.name} 里没有 safetensors 权重"
    for name, shape in given.items():
        suffix = next((one for one in _SUFFIXES if name.endswith(one)), "")
        module = _short(name.removesuffix(suffix) + (".weight" if suffix else ""))
        matrix = wanted.get(module)
        if matrix is None and suffix == "" and module == "lm_head.weight":
            continue  # tied to the embeddings, and stored or not
        if matrix is None:
            return f"基座没有 {module}"
        side = {_SUFFIXES[0]: (shape[-1], matrix[-1]), _SUFFIXES[1]: (shape[0], matrix[0])}
        have, need = side.get(suffix, (shape, matrix))
        if have != need:
            return f"{module} 为 {have}，基座为 {need}"
    return ""


def _plain(shapes: Shapes) -> Shapes:
    return {_short(name): shape for name, shape in shapes.items()}


def _short(name: str) -> str:
    """A tensor's name without the wrappers that releases of the libraries put around it."""
    while prefix := next((one for one in _PREFIXES if name.startswith(one)), ""):
        name = name.removeprefix(prefix)
    return name
