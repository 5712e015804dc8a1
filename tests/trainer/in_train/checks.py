"""Checks that need torch, transformers or LLaMA-Factory: run by the training environment.

``python checks.py NAME...`` runs them one after the other in one process, because importing those
libraries costs far more than most checks; a line of JSON for each is its name and its failure.
"""

import contextlib
import json
import sys
import tempfile
import traceback
from pathlib import Path
from types import SimpleNamespace

import numpy as np

WORDS = ["检查所见：右肺上叶见结节影，大小约8mm。", "诊断意见：颅脑CT未见明显异常。"] * 20


def tokenizer_says_everything_back() -> None:
    from trainer.model.tokenizer import SPECIAL_TOKENS, train_tokenizer

    tokenizer = train_tokenizer(WORDS, 400)
    assert len(tokenizer) <= 400
    for text in (*WORDS[:2], "Ωμέγα 𝒳 \t\n 12.5 mm", "鑫"):
        assert tokenizer.decode(tokenizer.encode(text)) == text
    for token in SPECIAL_TOKENS:
        assert len(tokenizer.encode(token)) == 1, token
    assert tokenizer.eos_token == "<|im_end|>"


def chat_template_is_llamafactory_s() -> None:
    from llamafactory.data.template import TEMPLATES

    from trainer.model.tokenizer import train_tokenizer

    tokenizer = train_tokenizer(WORDS, 400)
    talk = [
        {"role": "user", "content": "有没有结节？"},
        {"role": "assistant", "content": "有。"},
        {"role": "user", "content": "哪一侧？"},
        {"role": "assistant", "content": "右侧。"},
    ]
    pairs = TEMPLATES["qwen2_vl"].encode_multiturn(tokenizer, talk)
    theirs = [token for pair in pairs for part in pair for token in part]
    ours = tokenizer.apply_chat_template(talk, tokenize=True)
    assert theirs == ours, (tokenizer.decode(theirs), tokenizer.decode(ours))


def pictures_of_every_size_are_seen_at_one_scale() -> None:
    from PIL import Image

    from trainer.model.processor import build_processor
    from trainer.model.tokenizer import train_tokenizer

    processor = build_processor(train_tokenizer(WORDS, 400), 252)
    for size in (64, 100, 128, 251, 252, 253, 256, 260, 270, 512, 768, 1024):
        grid = processor.image_processor(Image.new("RGB", (size, size)), return_tensors="np")
        assert grid["image_grid_thw"].tolist() == [[1, 18, 18]], size


def patches_are_those_of_the_image_processor() -> None:
    import torch
    from PIL import Image

    from trainer.model.augment import patchify
    from trainer.model.processor import build_processor
    from trainer.model.tokenizer import train_tokenizer

    pixels = np.random.default_rng(0).integers(0, 256, (2, 84, 84), dtype=np.uint8)
    processor = build_processor(train_tokenizer(WORDS, 400), 84).image_processor
    pictures = [Image.fromarray(np.stack([one] * 3, axis=-1)) for one in pixels]
    expected = processor(pictures, return_tensors="pt")
    patches, grid = patchify(torch.from_numpy(pixels).float() / 255)
    assert torch.equal(grid, expected["image_grid_thw"])
    assert torch.allclose(patches, expected["pixel_values"], atol=1e-5)


def the_tower_sees_as_transformers_does() -> None:
    import torch

    from trainer.model.augment import patchify
    from trainer.model.config import Shape, build_model
    from trainer.model.tokenizer import train_tokenizer
    from trainer.model.tower import Turns, see

    torch.manual_seed(0)
    shape = Shape(vocab=400, picture=84, vision_width=64, vision_depth=2, vision_heads=2,
                  width=64, depth=1, heads=1, kv_heads=1, inner=64)  # fmt: skip
    tower = build_model(shape, train_tokenizer(WORDS, 400)).model.visual.eval()
    patches, grid = patchify(torch.rand(3, 84, 84))
    with torch.no_grad():
        expected = tower(patches, grid)
        merged, features = see(tower, patches, Turns(tower, grid[:1]), 3)
    assert merged.shape == (3, 9, 64)
    assert features.shape == (3, 36, 64)
    assert torch.allclose(merged.flatten(0, 1), expected, atol=1e-5)


def dots_lie_where_their_patch_lies() -> None:
    import torch

    from trainer.model.augment import patchify
    from trainer.model.dense import SIGNS
    from trainer.model.heads import Targets

    labels = torch.zeros(1, 56, 84, dtype=torch.long)
    labels[0, 14:28, 56:70] = 7
    none = torch.zeros(1, len(SIGNS))
    dots = Targets(labels, torch.tensor([2]), none.long(), none, none.long()).dots
    patches, _ = patchify(labels.float() / 7)
    bright = patches.view(24, 3, -1).mean(dim=(1, 2))
    assert dots.shape == (1, 24, 16)
    assert (dots[0] == 7).all(-1).tolist() == (bright == bright.max()).tolist()
    assert int((dots[0] == 7).sum()) == 16


def mirrored_slices_change_sides() -> None:
    import torch

    from assistant.report.lexicon import REGIONS
    from trainer.model.dense import NOWHERE, SIDES, SIGNS, DenseSlices
    from trainer.model.pretrain import Tensors
    from trainer.model.schedule import Jitter

    right, left = 1 + SIDES.index("右"), 1 + SIDES.index("左")
    labels = np.zeros((2, 56, 56), np.uint8)
    labels[:, :, :20] = 7  # the patient's right
    signs = np.zeros((2, len(SIGNS)), np.int64)
    signs[:, 0] = right
    slices = DenseSlices(
        hu=labels.astype(np.int16) * 10,
        labels=labels,
        region=np.array([REGIONS.index("头颅"), REGIONS.index("腹部")]),
        signs=signs,
        sizes=np.full((2, len(SIGNS)), np.nan, np.float32),
        sites=np.full((2, len(SIGNS)), NOWHERE),
        windows=np.tile(np.array([[40, 80]], np.float32), (2, 1)),
    )
    still = Jitter(zoom=0, shift=0, degrees=0, window=0, noise=0, mirror=1)
    grey, truth = Tensors(slices).batch(
        torch.arange(2), still, torch.Generator().manual_seed(0), 56
    )
    assert truth.sign[:, 0].tolist() == [left, right]
    assert grey[0, :, :20].mean() < grey[0, :, 36:].mean()
    assert grey[1, :, :20].mean() > grey[1, :, 36:].mean()
    touched = truth.touch[:, :, 7].view(2, 2, 2).sum(1) > 0
    assert touched.tolist() == [[False, True], [True, False]]


def mirrored_chests_name_no_lobe() -> None:
    import torch

    from assistant.report.lexicon import REGIONS
    from trainer.model.dense import FINDING_CLASSES, NOWHERE, SIGNS, SITES, DenseSlices
    from trainer.model.pretrain import Tensors
    from trainer.model.schedule import Jitter

    bleeding, nodule = SIGNS.index("脑出血"), SIGNS.index("肺结节")
    labels = np.zeros((2, 56, 56), np.uint8)
    labels[0, :20, :20] = FINDING_CLASSES[bleeding]
    labels[1, :20, :20] = FINDING_CLASSES[nodule]
    sites = np.full((2, len(SIGNS)), NOWHERE)
    sites[0, bleeding], sites[1, nodule] = SITES.index("颞叶"), SITES.index("肺中叶")
    slices = DenseSlices(
        hu=labels.astype(np.int16),
        labels=labels,
        region=np.array([REGIONS.index("头颅"), REGIONS.index("胸部")]),
        signs=np.zeros((2, len(SIGNS)), np.int64),
        sizes=np.full((2, len(SIGNS)), np.nan, np.float32),
        sites=sites,
        windows=np.tile(np.array([[40, 80]], np.float32), (2, 1)),
    )
    told = {}
    for mirror in (0, 1):
        still = Jitter(zoom=0, shift=0, degrees=0, window=0, noise=0, mirror=mirror)
        random = torch.Generator().manual_seed(0)
        _, truth = Tensors(slices).batch(torch.arange(2), still, random, 56)
        told[mirror] = [
            {SITES[int(one)] for one in slice_[slice_.sum(-1) > 0].argmax(-1)}
            for slice_ in truth.site
        ]
    assert told == {0: [{"颞叶"}, {"肺中叶"}], 1: [{"颞叶"}, set()]}


def targets_count_every_pixel() -> None:
    import torch

    from trainer.model.dense import CLASSES, SIGNS
    from trainer.model.heads import Targets

    labels = torch.zeros(1, 56, 84, dtype=torch.long)
    labels[0, 30:40, 60:70] = 7
    labels[0, 0, 0] = 5
    none = torch.zeros(1, len(SIGNS))
    share = Targets(labels, torch.tensor([2]), none.long(), none, none.long())
    assert share.share.shape == (1, 6, CLASSES)
    assert torch.allclose(share.share.sum(-1), torch.ones(1, 6))
    assert round(share.share[0, 5, 7].item() * 784, 3) == 100
    assert share.touch[0, 5, 7] == 1
    assert share.touch[0, 0, 5] == 0
    assert share.touch[0, :5, 7].sum() == 0


def lengths_and_sites_are_named_where_the_finding_lies_and_shifts_are_signed() -> None:
    import torch

    from assistant.report.lexicon import REGIONS
    from trainer.model.dense import FINDING_CLASSES, NOWHERE, SIDES, SIGNS, SITES
    from trainer.model.heads import LENGTHS, LONGEST, SHIFT, SHORTEST, Targets

    head, chest = REGIONS.index("头颅"), REGIONS.index("胸部")
    bleeding, nodule = SIGNS.index("脑出血"), SIGNS.index("肺结节")
    labels = torch.zeros(3, 56, 56, dtype=torch.long)
    labels[0, 2:12, 30:40] = FINDING_CLASSES[nodule]
    labels[1, 30:50, 30:50] = FINDING_CLASSES[bleeding]
    labels[1, 0, 0] = FINDING_CLASSES[bleeding]  # one pixel does not touch the first cell
    signs = torch.zeros(3, len(SIGNS), dtype=torch.long)
    sizes = torch.full((3, len(SIGNS)), torch.nan)
    sizes[0, nodule], sizes[1, bleeding] = 12.0, 40.0
    sizes[1, SHIFT], signs[1, SHIFT] = 8.0, 1 + SIDES.index("左")
    sites = torch.full((3, len(SIGNS)), NOWHERE)
    sites[0, nodule] = SITES.index("肺上叶")
    sites[2, bleeding] = SITES.index("丘脑")  # named, but not in the picture
    truth = Targets(labels, torch.tensor([chest, head, head]), signs, sizes.log(), sites)
    assert truth.site.sum(-1).tolist() == [[0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert SITES[int(truth.site[0, 1].argmax())] == "肺上叶"
    assert truth.length.sum(-1).tolist() == [[0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]]
    centres = torch.linspace(SHORTEST, LONGEST, LENGTHS)
    said = (truth.length @ centres).exp()
    assert [round(said[0, 1].item()), round(said[1, 3].item())] == [12, 40]
    assert truth.shift[0].isnan()
    assert [round(value, 3) for value in truth.shift[1:].tolist()] == [-0.8, 0.0]


def pretraining_learns_and_resumes_to_the_same_weights() -> None:
    import torch

    from trainer.model.config import Shape, build_model
    from trainer.model.dense import NOWHERE, SIGNS, DenseSlices
    from trainer.model.pretrain import pretrain
    from trainer.model.schedule import Jitter, Schedule
    from trainer.model.tokenizer import train_tokenizer

    rng = np.random.default_rng(0)
    labels = np.zeros((8, 64, 64), np.uint8)
    labels[::2, 16:48, 16:48] = 3
    slices = DenseSlices(
        hu=(labels.astype(np.int16) * 300 - 900 + rng.integers(0, 9, labels.shape)).astype(
            np.int16
        ),
        labels=labels,
        region=np.arange(8) % 2,
        signs=np.zeros((8, len(SIGNS)), np.int64),
        sizes=np.full((8, len(SIGNS)), np.nan, np.float32),
        sites=np.full((8, len(SIGNS)), NOWHERE),
        windows=np.tile(np.array([[-400, 1500]], np.float32), (8, 1)),
    )
    shape = Shape(vocab=400, picture=56, vision_width=32, vision_depth=1, vision_heads=2,
                  width=64, depth=1, heads=2, kv_heads=1, inner=64)  # fmt: skip
    schedule = Schedule(steps=30, batch=4, lr=5e-3, save_every=10, held_out=2)
    examined: list[float | None] = []

    class Killed(Exception):
        pass

    def train(
        checkpoint: Path, die_at: int = -1, schedule: Schedule = schedule
    ) -> tuple[dict[str, torch.Tensor], list[float]]:
        torch.manual_seed(3)
        model = build_model(shape, train_tokenizer(WORDS, 400))
        seen: list[float] = []

        def report(step: SimpleNamespace) -> None:
            seen.append(step.losses["share"])
            examined.append(step.right)
            if step.step == die_at:
                raise Killed

        pretrain(model, slices, schedule, Jitter(), picture=56, seed=3,
                 checkpoint=checkpoint, report=report)  # fmt: skip
        return model.model.visual.state_dict(), seen

    with tempfile.TemporaryDirectory() as folder:
        whole, losses = train(Path(folder) / "whole.pt")
        with contextlib.suppress(Killed):
            train(Path(folder) / "cut.pt", die_at=25)
        cut, rest = train(Path(folder) / "cut.pt")
        alone = schedule.model_copy(update={"heads_first": 20, "small": 56})
        with contextlib.suppress(Killed):
            train(Path(folder) / "alone.pt", die_at=20, schedule=alone)
        left = torch.load(Path(folder) / "alone.pt", weights_only=True)["weights"]
        _, after = train(Path(folder) / "alone.pt", schedule=alone)
        slow = schedule.model_copy(update={"steps": 3, "tower": 0.001})
        hardly, _ = train(Path(folder) / "slow.pt", schedule=slow)
        moved, _ = train(Path(folder) / "fast.pt", schedule=slow.model_copy(update={"tower": 1.0}))
    torch.manual_seed(3)
    untaught = build_model(shape, train_tokenizer(WORDS, 400)).model.visual.state_dict()
    for name, weights in untaught.items():  # the heads have learnt, the tower not yet
        assert torch.equal(weights, left[f"tower.{name}"]), name
    matrix = next(name for name in untaught if name.endswith("attn.qkv.weight"))
    steps = [(tower[matrix] - untaught[matrix]).abs().max() for tower in (hardly, moved)]
    assert 0 < steps[0] < 0.01 * steps[1], steps
    assert len(after) == schedule.steps, len(after)
    assert after[0] < 0.95 * losses[0], (after[0], losses[0])
    assert after[-1] < 0.6 * losses[0], after
    assert losses[-1] < 0.6 * losses[0], losses
    assert len(rest) == 10
    assert examined[:9] == [None] * 9
    assert examined[29] == 1.0  # region and no sign: easily learned
    for name, weights in whole.items():
        assert torch.allclose(weights, cut[name], atol=1e-5), name


def every_sft_yaml_is_llamafactory_s_own() -> None:
    import yaml

    from assistant.places import CONFIGS
    from trainer import llamafactory

    flat = [
        (path.name, values)
        for path in sorted((CONFIGS / "train").rglob("*.yaml"))
        if "finetuning_type" in (values := yaml.safe_load(path.read_text(encoding="utf-8")))
    ]
    assert {"qwen2vl_2b_lora.yaml", "tiny_full.yaml"} <= {name for name, _ in flat}
    problems = [line for name, values in flat for line in llamafactory.check(values, name)]
    assert not problems, problems


def every_wrong_argument_is_found_at_once() -> None:
    from trainer import llamafactory

    wrong = {
        "learnin_rate": 1,
        "finetuning_type": "magic",
        "lora_rank": "eight",
        "learning_rate": "5e-5",  # a string in YAML, and understood
        "logging_steps": [5],
        "bf16": True,  # asks for no card: this machine need not be the one that trains
    }
    problems = llamafactory.check(wrong, "x.yaml")
    for part in ("没有参数 learnin_rate", "magic", "lora_rank", "logging_steps",
                 "缺少 stage", "缺少 template"):  # fmt: skip
        assert sum(part in line for line in problems) == 1, (part, problems)
    assert len(problems) == 6, problems


def overlap_of_words_is_a_footnote() -> None:
    from trainer.metrics.text import overlap

    truth = "检查所见：右肺上叶见结节影，大小约8.5mm。\n诊断意见：右肺上叶结节。"
    denied = truth.replace("见结节", "未见结节")
    same, flipped = overlap([truth], [truth]), overlap([truth], [denied])
    assert round(same.bleu) == round(same.rouge_l) == 100, same
    assert flipped.bleu > 80, flipped  # a flipped negation hardly moves it
    assert flipped.rouge_l > 80, flipped
    for nothing in ("", "\n", " \t", "。", ".", ". .\n.", "\x00"):
        assert overlap([truth], [nothing]).bleu < 5, nothing
    half = overlap([truth, truth], [truth, ""])
    assert round(half.rouge_l) == 50, half


def the_shipped_model_is_read_back_as_it_answers() -> None:
    """Weights taken out of the OpenVINO files give the numbers that OpenVINO gives."""
    import openvino
    import torch
    from transformers import AutoTokenizer

    from trainer.config import load_pipeline
    from trainer.model.config import build_model
    from trainer.model.start import go_on_from

    root = Path(__file__).parents[3]
    folder = root / "assets" / "demo-model"
    shape = load_pipeline(root / "configs" / "train" / "embedded_talk.yaml").base.shape
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = build_model(shape, tokenizer).eval()
    go_on_from([folder], model, tokenizer)
    exact = {"INFERENCE_PRECISION_HINT": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0"}

    def theirs(part: str, feed: dict[str, np.ndarray]) -> torch.Tensor:
        compiled = openvino.Core().compile_model(folder / f"{part}.xml", "CPU", exact)
        return torch.from_numpy(compiled(feed)[0].copy())

    patches, grid = torch.randn(16, 1176), torch.tensor([[1, 4, 4]])
    tower = model.model.visual
    with torch.no_grad():
        turns = tower.rot_pos_emb(grid).numpy()
        hidden = theirs("openvino_vision_embeddings_model", {"hidden_states": patches.numpy()})
        merged = theirs(
            "openvino_vision_embeddings_merger_model",
            {
                "hidden_states": hidden.numpy(),
                "attention_mask": np.zeros((1, 16, 16), np.float32),
                "rotary_pos_emb": turns,
            },
        )
        assert torch.allclose(tower(patches, grid), merged, atol=1e-4)
        tokens = torch.arange(20, 40)[None]
        given = model.model.language_model.embed_tokens(tokens)
        feed = {
            "attention_mask": np.ones((1, 20), np.int64),
            "position_ids": np.tile(np.arange(20), (3, 1, 1)),
            "inputs_embeds": given.numpy(),
            "beam_idx": np.zeros(1, np.int32),
        }
        logits = theirs("openvino_language_model", feed)
        ours = model(input_ids=tokens).logits
    # The embedding is kept in 8 bits, the same matrix as lm_head in 4: near, not equal.
    assert (ours - logits).std() < 0.1 * logits.std()


def a_new_token_begins_as_what_it_was_written_with() -> None:
    import torch

    from trainer.model.start import renumbered
    from trainer.model.tokenizer import train_tokenizer

    before, now = train_tokenizer(WORDS, 300), train_tokenizer(WORDS, 400)
    rows = torch.arange(len(before)).float()[:, None].expand(-1, 4)
    moved = renumbered(rows, before, now)
    assert moved.shape == (len(now), 4)
    for token, index in now.get_vocab().items():
        known = before.get_vocab().get(token)
        if known is not None:
            assert moved[index, 0] == known
    text = WORDS[0]
    new = [t for t in now.tokenize(text) if t not in before.get_vocab()]
    assert new
    spelt = [piece.id for piece in before.backend_tokenizer.model.tokenize(new[0])]
    assert len(spelt) > 1
    assert moved[now.get_vocab()[new[0]], 0] == sum(spelt) / len(spelt)


def two_models_start_as_their_mean() -> None:
    import torch

    from trainer.model.config import Shape, build_model
    from trainer.model.start import go_on_from
    from trainer.model.tokenizer import train_tokenizer

    tokenizer = train_tokenizer(WORDS, 400)
    shape = Shape(vocab=400, picture=56, vision_width=32, vision_depth=1, vision_heads=2,
                  width=64, depth=1, heads=2, kv_heads=1, inner=64)  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "before", Path(folder) / "after"
        weights = []
        for seed, place in enumerate((before, after)):
            torch.manual_seed(seed)
            one = build_model(shape, tokenizer)
            one.save_pretrained(place)
            tokenizer.save_pretrained(place)
            weights.append(one.state_dict())
        model = build_model(shape, tokenizer)
        go_on_from([before, after], model, tokenizer)
    for name, found in model.state_dict().items():
        assert torch.allclose(found, (weights[0][name] + weights[1][name]) / 2, atol=1e-6), name


def another_shape_is_no_start() -> None:
    from assistant.errors import AssistantError
    from trainer.model.config import Shape, build_model
    from trainer.model.start import go_on_from
    from trainer.model.tokenizer import train_tokenizer

    tokenizer = train_tokenizer(WORDS, 400)
    model = build_model(Shape(vocab=400, picture=84, depth=1, vision_depth=1), tokenizer)
    folder = Path(__file__).parents[3] / "assets" / "demo-model"
    refused = ""
    try:
        go_on_from([folder], model, tokenizer)
    except AssistantError as error:
        refused = error.code
    assert refused == "TRN-126"


def marks_are_few_and_stay_at_the_edges() -> None:
    import torch

    from trainer.model.augment import mark

    plain = torch.full((200, 168, 168), 0.5)
    marked = mark(plain.clone(), 0.2, torch.Generator().manual_seed(0))
    touched = (marked != plain).flatten(1).any(1)
    assert 20 < int(touched.sum()) < 100
    assert torch.equal(marked[:, 30:138, 70:98], plain[:, 30:138, 70:98])
    assert marked.min() >= 0
    assert marked.max() <= 1
    assert torch.equal(mark(plain.clone(), 0.0, torch.Generator().manual_seed(0)), plain)


def muon_in_float32_is_llamafactory_s_muon() -> None:
    import torch
    from llamafactory.third_party.muon.muon import zeropower_via_newtonschulz5

    from trainer.on_cpu import orthogonalised

    for shape in ((32, 96), (96, 32), (64, 64)):
        gradient = torch.randn(shape)
        theirs = zeropower_via_newtonschulz5(gradient, 5).float()
        ours = orthogonalised(gradient, 5)
        assert ours.shape == theirs.shape
        assert (ours - theirs).norm() < 0.05 * theirs.norm()


def run(name: str) -> str:
    """The traceback of a check, "" when it holds."""
    try:
        globals()[name]()
    except Exception:
        return traceback.format_exc()
    return ""


if __name__ == "__main__":
    for asked in sys.argv[1:]:
        sys.stdout.write(json.dumps([asked, run(asked)]) + "\n")
        sys.stdout.flush()
