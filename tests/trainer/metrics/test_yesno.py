import pytest

from trainer.metrics.yesno import polarity


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        # 是否异常：问题里既有“是”又有“否”，而“异常”不是否定
        ("肺部是否异常？", "异常", True),
        ("肺部是否异常？", "是", True),
        ("肺部是否异常？", "是的，异常。", True),
        ("肺部是否异常？", "否", False),
        ("肺部是否异常？", "正常", False),
        ("肺部是否异常？", "不是", False),
        ("肺部是否异常？", "未见异常", False),
        ("肺部是否异常？", "无明显异常", False),
        ("肺部是否异常？", "是否异常：是", True),
        ("肺部是否异常？", "肺部是否异常？否。", False),
        ("肺部是否异常？", "不正常", True),
        ("肺部是否异常？", "肺部存在异常", True),
        # 是否正常：同一个回答，意思相反
        ("肺部是否正常？", "异常", False),
        ("肺部是否正常？", "不正常，右侧气胸。", False),
        ("肺部是否正常？", "正常", True),
        ("肺部是否正常？", "未见异常", True),
        ("肺是健康的吗？", "不健康", False),
        ("这张CT正常吗？", "胸部CT未见明显异常。", True),
        # 有没有
        ("有气胸吗？", "有。右侧气胸。", True),
        ("有气胸吗？", "没有", False),
        ("图像中有没有肝脏？", "有", True),
        ("图像中有没有肝脏？", "没有看到", False),
        ("是否存在肿瘤？", "不存在", False),
        ("是否存在肿瘤？", "存在", True),
        ("是否存在肿瘤？", "无法判断", None),
        ("是否存在肿瘤？", "不确定", None),
        ("有气胸吗？", "图像上未见气胸", False),
        ("有气胸吗？", "图中可见气胸", True),
        ("病灶在哪里？", "右肺", None),
        # English
        ("Is the lung normal?", "Yes", True),
        ("Is the lung normal?", "No.", False),
        ("Is the lung normal?", "It is abnormal", False),
        ("Is the lung abnormal?", "abnormal", True),
        ("Is the lung abnormal?", "normal", False),
        ("Are the lungs healthy?", "No, not healthy", False),
        ("Is there a fracture?", "There is one", None),
        ("Is there a fracture?", "no fracture", False),
        ("Is there a fracture?", "Nodule", None),
        ("Is there a fracture?", "", None),
    ],
)
def test_polarity(question: str, answer: str, expected: bool | None) -> None:
    assert polarity(question, answer) is expected
