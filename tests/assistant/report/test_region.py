import pytest

from assistant.report.lexicon import REGIONS, SIGNS
from assistant.report.region import region_of


@pytest.mark.parametrize(
    ("text", "region"),
    [
        # 首句写明部位
        ("头颅CT平扫示：脑实质密度均匀。", "头颅"),
        ("颅脑CT：未见异常。", "头颅"),
        ("检查所见：胸部CT平扫：双肺纹理清晰。扫及肝脏、双肾、胆囊未见异常。", "胸部"),
        ("上腹部CT增强扫描，肝脏大小正常。所见双肺下叶未见异常，胸腔无积液。", "腹部"),
        ("这是盆腔CT图像。", "盆腔"),
        ("颈部CT平扫，甲状腺未见结节。", "颈部"),
        ("腰椎CT：腰4/5椎间盘突出。", "脊柱"),
        ("胸椎椎体压缩性骨折。", "脊柱"),
        ("这不是胸部CT，是头颅CT。", "头颅"),
        # 由器官与征象推断
        ("左侧基底节区见高密度影。", "头颅"),
        ("右侧额颞顶部硬膜下血肿。", "头颅"),
        ("右肺上叶见结节，纵隔未见肿大淋巴结，所及肝脏未见异常。", "胸部"),
        ("右侧气胸。", "胸部"),
        ("肝右叶见低密度影，胆囊内见结石，右侧胸腔少量积液。", "腹部"),
        ("膀胱充盈良好，前列腺增大。", "盆腔"),
        ("甲状腺左叶结节。", "颈部"),
        ("椎间盘突出，硬膜囊受压。", "脊柱"),
        # 不是 CT
        ("这不是CT图像，无法作出诊断。", "非CT"),
        ("该图像并非 CT，而是一张照片。", "非CT"),
        ("非CT图像。", "非CT"),
        ("这是一张风景照片。", "非CT"),
        ("图中为MRI，不属于CT检查。", "非CT"),
        # 说不出
        ("", "不确定"),
        ("左侧。", "不确定"),
        ("大小约12mm。", "不确定"),
        ("建议结合临床。", "不确定"),
    ],
)
def test_region(text: str, region: str):
    assert region_of(text) == region
    assert region in REGIONS


def test_every_sign_speaks_for_its_region():
    for sign in SIGNS:
        assert region_of(f"可见{sign.name}。") == sign.region
