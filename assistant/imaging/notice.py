"""The warnings shown beside a picture, with their codes."""

from assistant.imaging.slice import Notice

PICTURE = Notice("IMG-201", "JPG/PNG 画面上可能烧录有患者身份信息，且没有 HU 值，请先核对并遮盖。")
BURNED_IN = Notice("IMG-202", "文件声明画面上烧录有注释，可能含患者身份信息，请先核对。")
MAYBE_BURNED_IN = Notice("IMG-203", "文件未声明画面上有无烧录的身份信息，请先核对。")
LOCALIZER = Notice("IMG-205", "这是定位像，不是断层图像，不能据此作断层诊断。")
SCREEN = Notice("IMG-206", "这是屏幕截图，不是原始断层图像。")
DERIVED = Notice("IMG-207", "这是派生或二次生成的图像（如重组、投影、截图），不是原始断层图像。")
LOSSY = Notice("IMG-208", "图像经过有损压缩，细微征象可能失真。")
NO_RESCALE = Notice("IMG-210", "文件未给出 HU 换算参数，按灰度显示，CT 窗不适用。")
NOT_HU = Notice("IMG-211", "文件的像素值不是 HU，按灰度显示，CT 窗不适用。")
HU_ASSUMED = Notice("IMG-212", "文件未指明像素值单位，已按 HU 处理。")
INVERTED = Notice("IMG-213", "文件要求低值显示为白（MONOCHROME1），已按其要求反相显示。")
NO_ORIENTATION = Notice("IMG-214", "文件没有方位信息，画面左右以原图为准，请自行核对左右侧。")
REORIENTED = Notice("IMG-215", "已转为标准方位显示，与原始存储方向不同。")
SYNTAX_GUESSED = Notice("IMG-216", "文件缺少传输语法说明，已按内容推断读取。")
BAD_ATTRIBUTES = Notice("IMG-217", "文件中有无法识别的属性值，已忽略。")
KEPT = Notice("IMG-225", "这是对话中留存的图像，窗宽窗位不能再调；要调窗请重新打开原文件。")


DEEP_COLOUR = Notice(
    "IMG-219", "16 位彩色 PNG 只读高 8 位，画面可能过暗，请改用 DICOM 或 8 位图像。"
)


def not_ct(modality: str) -> Notice:
    """The picture is not CT; ``modality`` is a checked code or ""."""
    name = f"检查类型为 {modality}" if modality else "文件未注明检查类型"
    return Notice("IMG-204", f"{name}，不是 CT，按灰度显示，回答仅供参考。")


def frame_shown(frame: int, frames: int) -> Notice:
    """A multi-frame file; ``frame`` counts from 0."""
    return Notice("IMG-209", f"多帧文件共 {frames} 帧，当前为第 {frame + 1} 帧。")


def deep_gray(bits: int) -> Notice:
    """A 16-bit picture, shown with this many bits as full white."""
    return Notice("IMG-218", f"高位深 PNG，按 {bits} 位灰度显示，并非 HU。")
