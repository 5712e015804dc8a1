"""LLaMA-Factory draws a mixture by weight: run by the training environment."""

import sys
import tempfile
from collections import Counter
from pathlib import Path
from types import SimpleNamespace


def rows_are_drawn_by_weight_and_their_pictures_are_found(folder: Path) -> None:
    from llamafactory.data.loader import _get_merged_dataset
    from llamafactory.hparams import DataArguments, ModelArguments

    from tests.trainer.mixed_data import mixed
    from trainer.mixture import mix

    work = mixed(folder)
    arguments = mix(work, folder / "mix")
    model = ModelArguments(model_name_or_path="none", cache_dir=str(folder / "cache"))
    given = SimpleNamespace(dataloader_num_workers=1, seed=1, local_process_index=0)
    data = DataArguments(dataset_dir=str(folder / "mix"), media_dir=str(folder), **arguments)
    rows = list(_get_merged_dataset(data.dataset, model, data, given, "sft"))
    drawn = Counter(row["_response"][0]["content"].split()[0] for row in rows)
    assert len({row["_response"][0]["content"] for row in rows}) == 60, "each row at least once"
    shares = {word: count / len(rows) for word, count in drawn.items()}
    for word, share in {"own": 0.6, "doctor": 0.3, "general": 0.1}.items():
        assert abs(shares[word] - share) < 0.12, shares
    assert all(Path(picture).is_file() for row in rows for picture in row["_images"])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        globals()[sys.argv[1]](Path(temporary))
