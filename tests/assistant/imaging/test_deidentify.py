import pickle
from collections.abc import Callable

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from assistant.errors import AssistantError
from assistant.imaging import intake
from assistant.imaging.deidentify import ALLOWED_KEYWORDS, remap_uid, safe_code, strip, strip_frame

IDENTIFYING = (
    "PatientName", "PatientID", "PatientBirthDate", "OtherPatientIDs", "PatientAddress",
    "PatientTelephoneNumbers", "PatientComments", "AccessionNumber", "InstitutionName",
    "InstitutionAddress", "ReferringPhysicianName", "PerformingPhysicianName",
    "RequestingPhysician", "OperatorsName", "StationName", "StudyID", "StudyDate",
    "SeriesDate", "AcquisitionDate", "ContentDate", "StudyTime", "StudyInstanceUID",
    "SOPInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "DeviceSerialNumber",
    "ProtocolName", "StudyDescription", "SeriesDescription", "ImageComments", "PatientSex",
    "PatientAge",
)  # fmt: skip


def test_the_allow_list_holds_nothing_that_identifies() -> None:
    assert not ALLOWED_KEYWORDS & set(IDENTIFYING)


def test_only_allowed_attributes_are_left(make_ct: Callable[..., Dataset]) -> None:
    ds = make_ct(np.zeros((4, 4), np.int16))
    ds.add_new(0x00091001, "LO", "private Zhang^San")
    inner = Dataset()
    inner.PatientName, inner.RescaleSlope = "Zhang^San", "2"
    ds.SharedFunctionalGroupsSequence = Sequence([inner])
    stripped = strip(ds, b"salt")
    clean = stripped.dataset
    seen = {element.keyword for element in clean.iterall()}
    assert seen <= ALLOWED_KEYWORDS
    assert "Zhang" not in str(clean)
    assert clean.SharedFunctionalGroupsSequence[0].RescaleSlope == 2
    assert stripped.series_uid == remap_uid(ds.SeriesInstanceUID, b"salt")
    assert stripped.modality == "CT"
    assert ds.PatientName == "Zhang^San"


def test_of_single_frames_the_one_that_is_shown_is_left(make_ct: Callable[..., Dataset]) -> None:
    ds = make_ct(np.zeros((3, 4, 4), np.int16), NumberOfFrames=3)
    groups = [Dataset() for _ in range(3)]
    for number, group in enumerate(groups):
        values = Dataset()
        values.RescaleSlope, values.PatientComments = number, "Zhang^San"
        group.PixelValueTransformationSequence = Sequence([values])
    ds.PerFrameFunctionalGroupsSequence = Sequence(groups)
    bare = strip(ds, b"salt")
    assert "PerFrameFunctionalGroupsSequence" not in bare.dataset
    clean = strip_frame(bare, ds, 1).dataset
    kept = clean.PerFrameFunctionalGroupsSequence
    assert [len(group) for group in kept] == [0, 1, 0]
    assert kept[1].PixelValueTransformationSequence[0].RescaleSlope == 1
    assert "Zhang" not in str(clean)


def test_nothing_identifying_leaves_intake(
    make_ct: Callable[..., Dataset], save: Callable[[Dataset], bytes]
) -> None:
    ds = make_ct(np.zeros((4, 4), np.int16))
    secrets = [str(ds[word].value) for word in IDENTIFYING if word in ds]
    assert len(secrets) > 10
    content = pickle.dumps(intake.read_slice(save(ds)))
    for secret in secrets:
        assert secret.encode() not in content


def test_remapping_is_stable_under_one_salt_only() -> None:
    uid = "1.2.826.0.1.3680043.8.498.13"
    assert remap_uid(uid, b"a") == remap_uid(uid, b"a")
    assert remap_uid(uid, b"a") != remap_uid(uid, b"b")
    assert remap_uid(uid, b"a") != remap_uid(uid + "1", b"a")
    assert remap_uid("", b"a") == ""


@pytest.mark.parametrize(
    ("value", "code"), [("CT", "CT"), (" mr ", "MR"), (None, ""), ("张三", ""), ("A" * 40, "")]
)
def test_codes(value: object, code: str) -> None:
    assert safe_code(value) == code


def test_refusals_do_not_quote_values(
    make_ct: Callable[..., Dataset], save: Callable[[Dataset], bytes]
) -> None:
    content = save(make_ct(np.zeros((4, 4), np.int16), NumberOfFrames="1"))
    broken = content.replace(b"\x28\x00\x08\x00IS\x02\x001 ", b"\x28\x00\x08\x00IS\x02\x00Z^")
    assert broken != content
    with pytest.raises(AssistantError) as caught:
        intake.read_slice(broken)
    assert "Z^" not in str(caught.value) + caught.value.detail
