from assistant.imaging.series import sort_series
from assistant.imaging.slice import Slice

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)


def at(position: float | None, uid: str = "a", orientation: tuple | None = AXIAL) -> Slice:
    return Slice(source="dicom", position_mm=position, series_uid=uid, orientation=orientation)


def test_sorted_by_place_with_the_way_back() -> None:
    (series,) = sort_series([at(30), at(10), at(20)])
    assert [found.position_mm for found in series.slices] == [10, 20, 30]
    assert series.members == (1, 2, 0)
    assert series.spacing_mm == 10
    assert series.notices == ()


def test_series_and_orientations_are_kept_apart() -> None:
    found = sort_series([at(1), at(1, "b"), at(2), at(5, orientation=SAGITTAL), at(3, "b")])
    assert [series.members for series in found] == [(0, 2), (1, 4), (3,)]


def test_a_small_tilt_stays_in_one_series() -> None:
    tilted = (1.0, 0.0001, 0.0, 0.0, 1.0, 0.0)
    assert len(sort_series([at(1), at(2, orientation=tilted)])) == 1


def test_pictures_stand_alone() -> None:
    assert len(sort_series([Slice(), Slice()])) == 2


def test_gaps_and_duplicates() -> None:
    (series,) = sort_series([at(0), at(5), at(10), at(20), at(20), at(25)])
    assert series.spacing_mm == 5
    assert series.gaps == (2,)
    assert series.duplicates == (4,)
    assert [notice.code for notice in series.notices] == ["IMG-221", "IMG-222"]
    assert "1 处" in series.notices[0].message


def test_unknown_places_come_last_in_their_order() -> None:
    (series,) = sort_series(
        [at(None, orientation=None), at(2, orientation=None), at(None, orientation=None)]
    )
    assert series.members == (1, 0, 2)
    assert series.spacing_mm is None


def test_one_slice_and_none() -> None:
    assert sort_series([]) == ()
    assert sort_series([at(3)])[0].spacing_mm is None


def test_without_places_the_numbers_order_and_it_is_said() -> None:
    numbered = [Slice(source="dicom", series_uid="a", number=n) for n in (10, 2, 1)]
    (series,) = sort_series(numbered)
    assert series.members == (2, 1, 0)
    assert [notice.code for notice in series.notices] == ["IMG-223"]
    bare = [Slice(source="dicom", series_uid="a") for _ in range(3)]
    (series,) = sort_series([*numbered, *bare])
    assert series.members == (2, 1, 0, 3, 4, 5)
    assert [notice.code for notice in series.notices] == ["IMG-224"]
    assert sort_series(numbered[:1])[0].notices == ()
