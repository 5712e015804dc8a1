import pytest

from assistant.errors import AssistantError
from trainer.stages.merge import refuse_difference


@pytest.mark.parametrize(("error", "effect"), [(1e-7, 0.2), (0.02, 0.2), (1e-7, 0.0)])
def test_rounding_is_not_refused(error: float, effect: float) -> None:
    refuse_difference({"logits_error": error, "adapter_effect": effect}, 0.03)


@pytest.mark.parametrize(
    ("error", "effect"), [(0.04, 0.2), (0.02, 0.01), (float("nan"), 0.2), (0.04, 0.0)]
)
def test_a_merge_that_changed_or_lost_something_is_refused(error: float, effect: float) -> None:
    with pytest.raises(AssistantError) as caught:
        refuse_difference({"logits_error": error, "adapter_effect": effect}, 0.03)
    assert caught.value.code == "TRN-403"
