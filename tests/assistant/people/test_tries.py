from assistant.people.tries import FREE, LONGEST_ADDRESS_S, LONGEST_NAME_S, Tries


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_few_are_free_and_then_each_takes_twice_as_long() -> None:
    clock = Clock()
    tries = Tries(clock)
    for _ in range(FREE):
        assert tries.begin("anna", "1") == 0.0
    waits = []
    for _ in range(4):
        waits.append(tries.begin("anna", "1"))
        clock.now += waits[-1]
        assert tries.begin("anna", "1") == 0.0
    assert waits == [1.0, 2.0, 4.0, 8.0]


def test_one_name_from_many_addresses_waits_but_never_long() -> None:
    clock = Clock()
    tries = Tries(clock)
    for home in range(40):
        clock.now += tries.begin("anna", str(home))
        assert tries.begin("anna", str(home)) == 0.0
    assert tries.begin("anna", "new") == LONGEST_NAME_S
    assert tries.begin("bo", "new") == 0.0


def test_one_address_with_many_names_waits_and_others_do_not() -> None:
    clock = Clock()
    tries = Tries(clock)
    for name in range(30):
        clock.now += tries.begin(str(name), "1")
        assert tries.begin(str(name), "1") == 0.0
    assert tries.begin("new", "1") == LONGEST_ADDRESS_S
    assert tries.begin("new", "2") == 0.0


def test_many_at_once_are_slowed_too() -> None:
    tries = Tries(Clock())
    assert [tries.begin("anna", "1") > 0 for _ in range(10)] == [False] * FREE + [True] * (
        10 - FREE
    )


def test_the_right_password_begins_anew_for_the_name() -> None:
    clock = Clock()
    tries = Tries(clock)
    for home in "123":
        assert tries.begin("anna", home) == 0.0
    tries.right("anna", "3")
    for home in "456":
        assert tries.begin("anna", home) == 0.0


def test_ones_own_password_does_not_clear_the_way_for_guessing_anothers() -> None:
    clock = Clock()
    tries = Tries(clock)
    for guess in range(FREE):
        assert tries.begin("own", "1") == 0.0
        tries.right("own", "1")
        assert tries.begin(f"other{guess}", "1") == 0.0
    assert tries.begin("own", "1") > 0


def test_after_an_hour_it_is_forgotten() -> None:
    clock = Clock()
    tries = Tries(clock)
    for _ in range(FREE):
        tries.begin("anna", "1")
    assert tries.begin("anna", "1") > 0
    clock.now += 3601
    assert [tries.begin("anna", "1") for _ in range(FREE)] == [0.0] * FREE
