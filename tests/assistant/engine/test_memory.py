from assistant.engine.memory import Budget


def test_a_small_card_keeps_less_and_a_large_one_no_more():
    whole = Budget()
    assert Budget.of_card(24 << 30) == Budget.of_card(16 << 30) == whole
    half = Budget.of_card(8 << 30)
    assert (half.states * 2, half.pictures * 2) == (whole.states, whole.pictures)
