import csv
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path

import pyarrow.parquet as pq
import pydicom
import pytest
import yaml
from PIL import Image
from pydicom.data import get_testdata_file
from rich.console import Console

from assistant.dialogue.prompts import load_prompts
from assistant.errors import AssistantError
from tests.trainer.medtrinity_rows import Maker, Row, encode, write_shards
from tests.trainer.scripted_endpoint import Scripted
from trainer.data.corpus.preparation import Preparation, load_preparation
from trainer.stages.prepare import WORK, prepare

QUIET = Console(quiet=True)
RECIPE_ENTRY = {
    "file_name": "mllm_data/mllm_data.json",
    "formatting": "sharegpt",
    "columns": {"messages": "messages", "images": "images"},
    "tags": {
        "role_tag": "role",
        "content_tag": "content",
        "user_tag": "user",
        "assistant_tag": "assistant",
    },
}


def wanted(folder: Path, **settings: object) -> Preparation:
    """Settings written as YAML and read back, as a person gives them."""
    settings = {
        "batch_rows": 16,
        "workers": 1,
        "split": {"validation": 0.1, "test": 0.1},
    } | settings
    path = folder / "prepare.yaml"
    path.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    return load_preparation(path)


def run(folder: Path, out: str = "out", **settings: object) -> Path:
    prepare(wanted(folder, **settings), folder / out, console=QUIET)
    return folder / out


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def entries(out: Path) -> list[dict]:
    names = [entry["file_name"] for entry in info(out).values()]
    return [row for name in names for row in json.loads((out / name).read_text(encoding="utf-8"))]


def info(out: Path) -> dict:
    return json.loads((out / "dataset_info.json").read_text(encoding="utf-8"))


def files(out: Path) -> dict[str, bytes]:
    names = (p for p in out.rglob("*") if p.is_file() and p.name != "manifest.json")
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in names}


PARQUET = [{"kind": "parquet", "path": "shards"}]


@pytest.fixture
def maker() -> Maker:
    return Maker()


@pytest.fixture
def shards(tmp_path: Path, maker: Maker) -> Path:
    return write_shards(tmp_path / "shards", maker.mixed(80))


@pytest.fixture
def recipe(tmp_path: Path, shards: Path) -> Path:
    return run(tmp_path, sources=PARQUET)


def test_output_is_laid_out_as_in_the_recipe(recipe: Path) -> None:
    assert info(recipe)["mllm_med"] == RECIPE_ENTRY
    row = json.loads((recipe / "mllm_data/mllm_data.json").read_text(encoding="utf-8"))[0]
    assert list(row) == ["messages", "images"]
    assert [message["role"] for message in row["messages"]] == ["user", "assistant"]
    assert row["messages"][0]["content"].startswith("<image>")
    picture = Image.open(recipe / row["images"][0])
    assert picture.format == "JPEG"
    assert Path(row["images"][0]).parent.as_posix() == "mllm_data"


def test_every_row_is_written_or_listed_with_its_reason(recipe: Path) -> None:
    kept, left = table(recipe / "rows.csv"), table(recipe / "rejects.csv")
    places = Counter((row["文件"], row["行号"]) for row in kept + left)
    assert len(places) == 80
    assert set(places.values()) == {1}
    assert Counter(row["代码"] for row in left) == {f"TRN-{code}": 4 for code in range(520, 530)}
    assert all(row["入选依据"] == "说明写明：“CT”" for row in kept)
    assert len(entries(recipe)) == len(kept) == 40
    pictures = {picture for row in entries(recipe) for picture in row["images"]}
    assert {path.name for path in (recipe / "mllm_data").glob("*.jpg")} == {
        Path(name).name for name in pictures
    }


def test_a_cell_is_never_a_formula(tmp_path: Path, maker: Maker) -> None:
    row = maker.row(0)
    write_shards(tmp_path / "shards", [Row(row.data, "=1+1", row.caption)], shards=1)
    (kept,) = table(run(tmp_path, sources=PARQUET) / "rows.csv")
    assert kept["编号"] == "'=1+1"


def test_a_finished_run_is_not_repeated(tmp_path: Path, recipe: Path) -> None:
    before = (recipe / "datacard.html").stat().st_mtime_ns
    run(tmp_path, sources=PARQUET)
    assert (recipe / "datacard.html").stat().st_mtime_ns == before
    assert not (recipe / WORK).exists()


def test_one_process_and_several_make_the_same(tmp_path: Path, recipe: Path) -> None:
    several = run(tmp_path, "several", sources=PARQUET, workers=2)
    assert files(several) == files(recipe)


def test_a_picture_never_crosses_the_split(tmp_path: Path, maker: Maker) -> None:
    rows = [maker.row(number) for number in range(40)]
    again = [Row(row.data, f"other_{n}", f"{row.caption} Again.") for n, row in enumerate(rows)]
    write_shards(tmp_path / "shards", rows + again)
    out = run(tmp_path, sources=PARQUET, split={"validation": 0.3, "test": 0.3})
    split_of: dict[str, set[str]] = {}
    for row in table(out / "rows.csv"):
        split_of.setdefault(row["图片"], set()).add(row["划分"])
    assert len(split_of) == 40
    assert all(len(splits) == 1 for splits in split_of.values())
    assert len({min(splits) for splits in split_of.values()}) == 3


def test_slices_of_one_source_stay_together(tmp_path: Path, maker: Maker) -> None:
    rows = [maker.row(number) for number in range(60)]
    # The same picture in two volumes joins them.
    rows[4] = Row(rows[0].data, rows[4].id, rows[4].caption)
    write_shards(tmp_path / "shards", rows)
    split = {"validation": 0.3, "test": 0.3, "source_pattern": r"^(vol\d+)_"}
    out = run(tmp_path, sources=PARQUET, split=split)
    splits: dict[str, set[str]] = {}
    for row in table(out / "rows.csv"):
        volume = row["编号"].split("_")[0].replace("vol0001", "vol0000")
        splits.setdefault(volume, set()).add(row["划分"])
    assert len(splits) == 14
    assert all(len(found) == 1 for found in splits.values())


HALVES = {"validation": 0.3, "test": 0.3}


def crossing(out: Path, names: dict[str, str]) -> list[str]:
    """Who is in several splits, by the id of each row."""
    splits: dict[str, set[str]] = {}
    for row in table(out / "rows.csv"):
        splits.setdefault(names[row["编号"]], set()).add(row["划分"])
    return sorted(name for name, found in splits.items() if len(found) > 1)


def test_a_pattern_takes_no_case_apart(tmp_path: Path, maker: Maker) -> None:
    lines = ["对话编号,问题,回答,图片,病例号"]
    names = {f"D{number:02d}": f"P{number // 4}" for number in range(40)}
    for number, (id_, case) in enumerate(names.items()):
        (tmp_path / f"{number}.jpg").write_bytes(encode(maker.slice()))
        lines.append(f"{id_},看图,第 {number} 层见结节。,{number}.jpg,{case}")
    (tmp_path / "d.csv").write_text("\n".join(lines), encoding="utf-8")
    settings = {"sources": [{"kind": "dialogues", "path": "d.csv"}]}
    out = run(tmp_path, split=HALVES | {"source_pattern": r"^(D\d+)"}, **settings)
    assert crossing(out, dict.fromkeys(names, "all")) == ["all"]
    assert crossing(out, names) == []
    # A pattern that joins two cases joins them whole.
    out = run(tmp_path, "tens", split=HALVES | {"source_pattern": r"^(D\d)"}, **settings)
    assert crossing(out, dict.fromkeys([f"D{n:02d}" for n in range(20)], "a") | {
        f"D{n:02d}": "b" for n in range(20, 40)
    }) == []  # fmt: skip


def test_a_dicom_in_two_windows_is_not_parted(tmp_path: Path) -> None:
    dataset = pydicom.dcmread(get_testdata_file("CT_small.dcm"))
    pixels = dataset.pixel_array.copy()
    (tmp_path / "p").mkdir()
    lines = ["图片,报告"]
    for number in range(12):
        changed = pixels.copy()
        changed[20 + number : 30 + number, 30:60] += 120
        dataset.PixelData = changed.tobytes()
        dataset.save_as(tmp_path / "p" / f"{number}.dcm")
        lines.append(f"{number}.dcm,第 {number} 层：右肺上叶见类圆形结节影。")
    (tmp_path / "p" / "t.csv").write_text("\n".join(lines), encoding="utf-8")
    shown = [{"kind": "pictures", "path": "p", "window": w} for w in ("-600/1500", "50/350")]
    out = run(tmp_path, sources=shown, split=HALVES)
    assert len(table(out / "rows.csv")) == 24
    names = {f"{number}.dcm": str(number) for number in range(12)}
    assert crossing(out, dict.fromkeys(names, "all")) == ["all"]
    assert crossing(out, names) == []


def test_a_pattern_that_finds_nothing_is_refused_beforehand(tmp_path: Path, shards: Path) -> None:
    with pytest.raises(AssistantError, match="与所有编号都不相符，例如“vol0000_00000”") as caught:
        run(tmp_path, sources=PARQUET, split=HALVES | {"source_pattern": r"^(.+)_slice\d+$"})
    assert caught.value.code == "TRN-502"
    assert not (tmp_path / "out").exists()


def test_a_pattern_that_finds_only_what_is_left_out_is_refused(
    tmp_path: Path, maker: Maker
) -> None:
    left = Row(maker.row(0).data, "case_1", "A CT.")
    write_shards(tmp_path / "shards", [*(maker.row(n) for n in range(6)), left])
    with pytest.raises(AssistantError, match=r"sources\.0 的 6 行") as caught:
        run(tmp_path, sources=PARQUET, split=HALVES | {"source_pattern": r"^case_(\d+)"})
    assert caught.value.code == "TRN-514"
    assert not (tmp_path / "out" / "manifest.json").exists()


def test_rows_that_a_pattern_misses_are_counted_and_cost_the_seal(
    tmp_path: Path, maker: Maker
) -> None:
    rows = [maker.row(number) for number in range(12)]
    rows[3:6] = [Row(row.data, row.id.replace("vol", "x"), row.caption) for row in rows[3:6]]
    write_shards(tmp_path / "shards", rows)
    for name, pattern, missed in (("a", r"^(vol\d+)_", True), ("b", r"^(\w+\d+)_", False)):
        out = run(tmp_path, name, sources=PARQUET, split=HALVES | {"source_pattern": pattern})
        card = (out / "datacard.html").read_text(encoding="utf-8")
        assert ("来源 0 的 3 行没有病例号，编号也与 source_pattern 不相符" in card) == missed
        assert ("无泄漏" in card) != missed


def test_shards_carry_their_pictures_and_stream_into_llamafactory(
    tmp_path: Path, shards: Path, recipe: Path
) -> None:
    out = run(tmp_path, "sharded", sources=PARQUET, layout="shards")
    train = info(out)["mllm_med"]
    assert train["script_url"] == "mllm_med/train"
    rows = [
        row
        for path in sorted((out / train["script_url"]).glob("*.parquet"))
        for row in pq.read_table(path).to_pylist()
    ]
    plain = json.loads((recipe / "mllm_data/mllm_data.json").read_text(encoding="utf-8"))
    assert [row["messages"] for row in rows] == [row["messages"] for row in plain]
    for row, other in zip(rows, plain, strict=True):
        assert row["images"][0]["bytes"] == (recipe / other["images"][0]).read_bytes()
    assert not (out / "mllm_data").exists()


def test_pictures_with_captions_from_a_folder(tmp_path: Path, maker: Maker) -> None:
    folder = tmp_path / "pictures"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.jpg", "sub/b.jpg", "alone.jpg"):
        (folder / name).write_bytes(encode(maker.slice()))
    (folder / "c.dcm").write_bytes(Path(get_testdata_file("CT_small.dcm")).read_bytes())
    (folder / "mr.dcm").write_bytes(Path(get_testdata_file("MR_small.dcm")).read_bytes())
    lines = [
        "图片,说明",
        "a.jpg,左肺上叶可见一枚结节影，边界清楚，未见胸腔积液。",
        "b.jpg,肝脏右叶可见低密度灶，边界清楚，考虑囊肿可能。",
        "c.dcm,胸部 CT 平扫，两肺纹理清晰，未见明显实变影。",
        "mr.dcm,两肺纹理清晰，未见明显实变影及胸腔积液。",
        "gone.jpg,两肺纹理清晰，未见明显实变影及胸腔积液。",
    ]
    (folder / "captions.csv").write_bytes("\n".join(lines).encode("gb18030"))
    out = run(tmp_path, sources=[{"kind": "pictures", "path": "pictures"}])
    kept = {row["文件"]: row for row in table(out / "rows.csv")}
    assert set(kept) == {"a.jpg", "b.jpg", "c.dcm"}
    assert kept["c.dcm"]["入选依据"] == "DICOM：CT"
    assert kept["b.jpg"]["部位"] == "腹部"
    reasons = {row["文件"]: row["代码"] for row in table(out / "rejects.csv")}
    assert reasons == {"alone.jpg": "TRN-521", "gone.jpg": "TRN-520", "mr.dcm": "TRN-525"}
    questions = {row["messages"][0]["content"] for row in entries(out)}
    assert questions == {"<image>" + load_prompts().default_question}


def test_dialogues_keep_their_turns_and_pictures(tmp_path: Path, maker: Maker) -> None:
    for name in ("1.jpg", "2.jpg"):
        (tmp_path / name).write_bytes(encode(maker.slice()))
    (tmp_path / "3.dcm").write_bytes(Path(get_testdata_file("CT_small.dcm")).read_bytes())
    messages = [
        {"role": "user", "content": "请看这张图。", "images": ["1.jpg"]},
        {"role": "assistant", "content": "右肺上叶结节。"},
        {"role": "user", "content": "与这张比较呢？", "images": ["2.jpg", "3.dcm"]},
        {"role": "assistant", "content": "较前增大。"},
    ]
    broken = [{"id": "b", "images": ["1.jpg"], "messages": messages[:3]}]
    text = json.dumps([{"id": "a", "messages": messages}, *broken], ensure_ascii=False)
    (tmp_path / "talks.json").write_text(text, encoding="utf-8")
    out = run(tmp_path, sources=[{"kind": "dialogues", "path": "talks.json"}])
    (row,) = entries(out)
    assert [message["content"] for message in row["messages"]] == [
        "<image>请看这张图。",
        "右肺上叶结节。",
        "<image><image>与这张比较呢？",
        "较前增大。",
    ]
    assert len(row["images"]) == 3
    assert [left["代码"] for left in table(out / "rejects.csv")] == ["TRN-530"]
    # What is written beside the dialogues does not make them new.
    before = (out / "manifest.json").read_bytes()
    run(tmp_path, sources=[{"kind": "dialogues", "path": "talks.json"}])
    assert (out / "manifest.json").read_bytes() == before


def test_metadata_of_a_jpeg_does_not_get_through(tmp_path: Path, maker: Maker) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    exif = Image.Exif()
    exif[0x010E] = "ZHANG SAN 1970"
    picture = maker.slice()
    data = encode(picture, exif=exif, comment=b"ZHANG SAN")
    assert b"ZHANG" in data
    (folder / "a.jpg").write_bytes(data)
    (folder / "a.txt").write_text("左肺上叶可见一枚结节影，边界清楚，未见积液。", encoding="utf-8")
    out = run(tmp_path, sources=[{"kind": "pictures", "path": "pictures"}])
    (written,) = (out / "mllm_data").glob("*.jpg")
    assert b"ZHANG" not in written.read_bytes()
    assert Image.open(written).tobytes() == Image.open(BytesIO(data)).tobytes()


def test_without_an_endpoint_captions_stay_english_and_it_says_so(
    tmp_path: Path, shards: Path
) -> None:
    said = Console(record=True, file=StringIO(), width=200)
    settings = wanted(tmp_path, sources=PARQUET, language="zh")
    prepare(settings, tmp_path / "out", console=said)
    assert "没有配置翻译端点" in said.export_text()
    listed = table(tmp_path / "out" / "untranslated.csv")
    assert len(listed) == 40
    assert {row["代码"] for row in listed} == {"TRN-532"}
    assert "40 行应为中文而保留英文" in (tmp_path / "out/datacard.html").read_text(encoding="utf-8")


@pytest.fixture
def translator() -> Iterator[Scripted]:
    """Translates the captions of the rows; one size it always puts on the wrong side."""
    one = Scripted()

    def answer(messages: list[dict[str, str]]) -> tuple[int, str]:
        found = re.search(r"a (\d+) mm nodule in the (left|right)", messages[1]["content"])
        assert found
        side = "左" if (found[2] == "left") != (found[1] == "14") else "右"
        return 200, f"胸部 CT 图像，{side}肺上叶见 {found[1]} mm 结节，未见胸腔积液。"

    one.answer = answer
    yield one
    one.close()


def test_captions_become_chinese_where_the_checker_agrees(
    tmp_path: Path, shards: Path, translator: Scripted
) -> None:
    endpoint = {"endpoint": translator.address, "model": "m", "attempts": 2}
    out = run(tmp_path, sources=PARQUET, language="zh", translate=endpoint)
    english = [row for row in entries(out) if "nodule" in row["messages"][1]["content"]]
    chinese = [row for row in entries(out) if "结节" in row["messages"][1]["content"]]
    assert len(english) + len(chinese) == 40
    assert {row["messages"][0]["content"] for row in chinese} == {
        "<image>" + load_prompts().default_question
    }
    assert english
    assert all("a 14 mm nodule" in row["messages"][1]["content"] for row in english)
    listed = table(out / "untranslated.csv")
    assert len(listed) == len(english)
    assert all("侧别" in row["原因"] for row in listed)
    assert Counter(row["语言"] for row in table(out / "rows.csv")) == {
        "zh": len(chinese),
        "en": len(english),
    }
    asked = len(translator.asked)
    again = run(tmp_path, "again", sources=PARQUET, language="zh", translate=endpoint)
    # Only what was refused is asked for again.
    texts = {row["messages"][1]["content"] for row in english}
    assert len(translator.asked) - asked == 2 * len(texts)
    assert files(again) == files(out)


def test_a_mixed_set_is_partly_chinese_by_content(
    tmp_path: Path, shards: Path, translator: Scripted
) -> None:
    endpoint = {"endpoint": translator.address, "model": "m"}
    out = run(tmp_path, sources=PARQUET, language="mixed", translate=endpoint)
    counts = Counter(row["语言"] for row in table(out / "rows.csv"))
    assert 8 <= counts["zh"] <= 32
    assert counts.total() == 40


def test_nothing_kept_is_no_finished_preparation(tmp_path: Path, maker: Maker) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("a.jpg", "b.jpg"):
        (folder / name).write_bytes(encode(maker.slice()))
    (folder / "c.csv").write_text("image,caption\na.jpg,短\nb.jpg,短\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(AssistantError, match="2 行一行也没有留下：说明过短 2 行") as caught:
            run(tmp_path, sources=[{"kind": "pictures", "path": "pictures"}])
        assert caught.value.code == "TRN-513"
        assert len(table(tmp_path / "out" / "rejects.csv")) == 2
        assert not (tmp_path / "out" / "manifest.json").exists()


def test_everything_wrong_is_told_at_once_before_any_work(tmp_path: Path, shards: Path) -> None:
    first = sorted(shards.glob("*.parquet"))[0]
    first.write_bytes(first.read_bytes()[:-100])
    sources = [
        {"kind": "parquet", "path": "shards", "caption": "captions"},
        {"kind": "pictures", "path": "nowhere"},
        {"kind": "dialogues", "path": "talks.xlsx"},
        {"kind": "parquet", "path": "shards", "modality": "ct"},
    ]
    with pytest.raises(AssistantError) as caught:
        run(tmp_path, sources=sources)
    assert caught.value.code == "TRN-502"
    for part in (first.name, "captions", "现有 image、id、caption", "nowhere", "talks.xlsx"):
        assert part in caught.value.message
    assert not (tmp_path / "out").exists()


def test_a_result_inside_its_source_is_refused(tmp_path: Path, shards: Path) -> None:
    with pytest.raises(AssistantError) as caught:
        run(tmp_path, "shards/out", sources=PARQUET)
    assert caught.value.code == "TRN-502"
    assert "输出文件夹在这个来源之内" in caught.value.message


def test_unknown_keys_and_wrong_values_are_told_together(tmp_path: Path) -> None:
    with pytest.raises(AssistantError) as caught:
        wanted(tmp_path, sources=[{"kind": "parquet", "path": "x", "colum": 1}], langage="zh")
    assert caught.value.code == "TRN-501"
    assert "colum" in caught.value.message
    assert "langage" in caught.value.message


def test_no_room_is_found_before_work(
    tmp_path: Path, shards: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trainer.data.corpus import preflight

    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(AssistantError) as caught:
        run(tmp_path, sources=PARQUET)
    assert caught.value.code == "TRN-507"


def test_a_disk_that_runs_full_stops_with_a_code_and_goes_on_later(
    tmp_path: Path, shards: Path, recipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trainer.data.corpus import sift

    written = []
    whole = sift.write_part

    def full(*arguments: object) -> None:
        if len(written) == 2:
            raise OSError(28, "No space left on device")
        written.append(1)
        whole(*arguments)

    monkeypatch.setattr(sift, "write_part", full)
    with pytest.raises(AssistantError) as caught:
        run(tmp_path, "full", sources=PARQUET)
    assert caught.value.code == "TRN-503"
    monkeypatch.setattr(sift, "write_part", whole)
    assert files(run(tmp_path, "full", sources=PARQUET)) == files(recipe)


def test_a_picture_cut_off_in_writing_leaves_nothing_behind(
    tmp_path: Path, shards: Path, recipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Path.replace

    def cut(path: Path, target: Path) -> Path:
        if target.suffix == ".jpg":
            raise OSError(28, "No space left on device")
        return whole(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", cut)
        patched.setattr(os, "getpid", lambda: 1)  # it will be another process that goes on
        with pytest.raises(AssistantError, match="TRN-503"):
            run(tmp_path, "cut", sources=PARQUET)
    assert files(run(tmp_path, "cut", sources=PARQUET)) == files(recipe)


@pytest.mark.slow
def test_a_killed_run_loses_and_doubles_nothing(tmp_path: Path, maker: Maker) -> None:
    write_shards(tmp_path / "shards", maker.mixed(600), group=600)
    settings = {"sources": PARQUET, "batch_rows": 8, "workers": 2}
    whole = run(tmp_path, "whole", **settings)
    wanted(tmp_path, **settings)
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from rich.console import Console\n"
        "from trainer.data.corpus.preparation import load_preparation\n"
        "from trainer.stages.prepare import prepare\n"
        "if __name__ == '__main__':\n"
        "    folder = Path(sys.argv[1])\n"
        "    wanted = load_preparation(folder / 'prepare.yaml')\n"
        "    prepare(wanted, folder / 'killed', console=Console(quiet=True))\n"
    )
    path = tmp_path / "killed.py"
    path.write_text(script, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    parts = tmp_path / "killed" / WORK / "parts"
    for least in (10, 40):
        process = subprocess.Popen([sys.executable, str(path), str(tmp_path)], env=environment)
        deadline = time.monotonic() + 120
        while len(list(parts.glob("*.arrow"))) < least and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        assert process.poll() is None, "it was over before it could be killed"
        process.kill()
        process.wait()
    done = len(list(parts.glob("*.arrow")))
    stamps = {p.name: p.stat().st_mtime_ns for p in parts.glob("*.arrow")}
    subprocess.run([sys.executable, str(path), str(tmp_path)], env=environment, check=True)
    assert done >= 40
    assert stamps
    assert files(tmp_path / "killed") == files(whole)
