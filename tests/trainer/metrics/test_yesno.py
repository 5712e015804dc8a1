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
        ("Is there a fracture?", "There is one", True),
        ("Is there a fracture?", "no fracture", False),
        ("Is there a fracture?", "Nodule", None),
        ("Is there a fracture?", "", None),
        # 开头已说是或否，后面的“异常”不再翻转它
        ("Is the abnormality on the left?", "No, the abnormality is on the right.", False),
        ("Is the abnormality on the left?", "Yes, the abnormality is on the left.", True),
        ("Is the abnormality hyperdense?", "No, it is a hypodense abnormality.", False),
        ("异常在左侧吗？", "不是，异常在右侧", False),
        ("Is this lung abnormal?", "Yes, there is no normal lung tissue", True),
        ("肺是否正常？", "否，左肺有肿块", False),
        # 否定与“异常”之间隔着别的字
        ("肺部有异常吗？", "没有发现异常", False),
        ("是否异常？", "未见任何明显异常", False),
        ("是否异常？", "未观察到异常", False),
        ("是否异常？", "未见肺部异常", False),
        ("是否异常？", "肺部没有看到异常", False),
        ("是否异常？", "未见确切异常", False),
        ("是否异常？", "不排除异常", True),
        ("是否异常？", "左肺未见结节，右肺异常", True),
        ("肺正常吗？", "肺部不完全正常", False),
        ("Is it abnormal?", "Not abnormal", False),
        ("Is it abnormal?", "It isn't abnormal", False),
        ("Is there an abnormality?", "No acute or focal abnormality", False),
        ("Is there an abnormality?", "without abnormality", False),
        ("Are the lungs normal?", "The lungs do not appear normal.", False),
        ("Is the lung normal?", "No fracture and normal lungs", True),
        # 整句作答
        ("左肺有结节吗？", "左肺未见结节。", False),
        ("左肺有结节吗？", "左肺可见结节。", True),
        ("左肺有结节吗？", "右肺可见结节。", None),
        ("图像中有结节吗？", "这张图像中没有结节。", False),
        ("Is there evidence of pneumothorax?", "There is no evidence of pneumothorax.", False),
        ("Is the heart enlarged?", "The heart is not enlarged.", False),
        ("Is the heart enlarged?", "The heart is enlarged.", True),
        ("Is there a mass in the left lung?", "Based on the image, no.", False),
    ],
)
def test_polarity(question: str, answer: str, expected: bool | None) -> None:
    assert polarity(question, answer) is expected
