"""Who handed in: read off what an LMS wrote, never off what a student chose, and nobody is lost."""

import io
import zipfile

import pytest
from corpus import bare, dumped

from course_utils.grading import submissions

NOTEBOOK = dumped(bare("1"))
ANN = {"Student": "Ann Lee", "Identifier": "Participant 1001"}
BO = {"Student": "Bo Li", "Identifier": "Participant 1002"}
SMITH = {"Student": "smithbob", "ID": "340934"}
FOLDER = "Ann Lee_1001_assignsubmission_file_"


def zipped(names):
    """A zip file of these names, each a notebook if it is not told what."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name, data in (names if isinstance(names, dict) else dict.fromkeys(names, NOTEBOOK)).items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return raw.getvalue()


def unpacked(names, folder):
    """The same in a folder."""
    for name, data in (names if isinstance(names, dict) else dict.fromkeys(names, NOTEBOOK)).items():
        path = folder / name.strip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def students(path):
    return {each.name: (each.student, each.problem) for each in submissions.find([path])}


@pytest.mark.parametrize("form", ["zip", "folder"])
@pytest.mark.parametrize(
    ("name", "student"),
    {
        f"{FOLDER}/02.ipynb": ANN,
        "Ann Lee_1001_assignsubmission_file_02.ipynb": ANN,
        "Ann Lee_1001_assignsubmission_onlinetext_/onlinetext.html": ANN,
        "李 明_12_assignsubmission_file_/x.ipynb": {"Student": "李 明", "Identifier": "Participant 12"},
        "smithbob_340934_208490284_x.ipynb": SMITH,
        "smithbob_LATE_340934_208490284_x.ipynb": SMITH,
        "smithbob_340934_text.html": SMITH,
        "download/smithbob_340934_208490284_x.ipynb": SMITH,
        f"a/b/{FOLDER}/02.ipynb": ANN,
        # What the student chose comes after what the LMS wrote, and changes nothing.
        f"{FOLDER}/smithbob_3_4_x.ipynb": ANN,
        f"{FOLDER}/Bo Li_1002_assignsubmission_file_/x.ipynb": ANN,
        "Ann Lee_1001_assignsubmission_file_Bo_1002_assignsubmission_file_x.ipynb": ANN,
        "smithbob_340934_2_Bo Li_1002_assignsubmission_file_x.ipynb": SMITH,
        "02_zero_weights.ipynb": {},
        "exercise_02_2026_lee.ipynb": {},
        "INF_2026_solution.ipynb": {},
    }.items(),
)
def test_the_student_is_read_off_the_name_that_an_lms_gave(name, student, form, tmp_path):
    if form == "zip":
        path = tmp_path / "INF_2026_1_ML-Exercise 2-4711.zip"
        path.write_bytes(zipped([name]))
    else:
        path = unpacked([name], tmp_path / "bob_3_4_folder")
    if not student or name.endswith("ipynb"):
        assert [who for who, _ in students(path).values()] == [student]
    else:
        assert list(students(path).values()) == [(student, submissions.NO_NOTEBOOK)]


@pytest.mark.parametrize("form", ["zip", "folder"])
@pytest.mark.parametrize(
    "inside",
    ["/bob_3_4_x.ipynb", "../bob_3_4_x.ipynb", "bob_3_4_x.ipynb", "//x/bob_3_4_x.ipynb", "..\\\\bob_3_4_x.ipynb",
     "Bo Li_1002_assignsubmission_file_/x.ipynb", "/Bo Li_1002_assignsubmission_file_/x.ipynb"],
)  # fmt: skip
@pytest.mark.parametrize("outer", [f"{FOLDER}/hw.zip", "lee.zip", "smithbob_340934_208490284_hw.zip"])
def test_nothing_inside_of_what_a_student_handed_in_says_who_it_is(inside, outer, form, tmp_path):
    names = {outer: zipped([inside]), "Cy_1003_assignsubmission_file_/02.ipynb": NOTEBOOK}
    if outer.startswith("smith"):
        names = {outer: names[outer], "cy_33_44_02.ipynb": NOTEBOOK}
    path = tmp_path / "export.zip"
    path.write_bytes(zipped(names))
    path = path if form == "zip" else unpacked(names, tmp_path / "export")
    told = [each.student for each in submissions.find([path]) if each.student.get("Student") not in ("Cy", "cy")]
    assert told == [ANN if outer.startswith(FOLDER) else SMITH if outer.startswith("smith") else {}]


def test_names_that_lead_elsewhere_say_nothing_even_in_a_zip_file_that_was_named(tmp_path):
    path = tmp_path / "lee.zip"
    for name in ("/bob_3_4_x.ipynb", "../bob_3_4_x.ipynb", "\\\\bob_3_4_x.ipynb"):
        path.write_bytes(zipped([name]))
        assert [who for who, _ in students(path).values()] == [{}]
    path.write_bytes(zipped(["bob_3_4_x.ipynb", "mine.ipynb"]))  # no download of Canvas's looks like this
    assert [who for who, _ in students(path).values()] == [{}, {}]


def test_everybody_whom_the_download_tells_of_is_there(tmp_path):
    none = {
        "Bo Li_1002_assignsubmission_file_/report.pdf": b"%PDF",
        "Di Wu_1004_assignsubmission_file_/hw.zip": zipped([]),
        "Ed Xu_1005_assignsubmission_file_/hw.zip": zipped([".ipynb_checkpoints/02-checkpoint.ipynb"]),
        "Fi Yo_1006_assignsubmission_file_/.ipynb": NOTEBOOK,
        "Gu Hi_1007_assignsubmission_onlinetext_/onlinetext.html": b"see my drive",
        "Ho Jo_1008_assignsubmission_file_/": b"",
        "Ik Ka_1009_assignsubmission_file_/deep/er/": b"",
    }
    path = tmp_path / "export.zip"
    path.write_bytes(zipped({f"{FOLDER}/02.ipynb": NOTEBOOK, f"{FOLDER}/notes.txt": b"x", **none}))
    told = students(path)
    assert len(told) == 1 + len(none)
    assert {who["Student"][:2] for who, _ in told.values()} == {"An", *(name[:2] for name in none)}
    assert [problem for who, problem in told.values() if who != ANN] == [submissions.NO_NOTEBOOK] * len(none)


def test_nobody_is_lost_in_downloads_that_stand_in_a_folder_though_nothing_says_who_it_is(tmp_path):
    names = {f"{FOLDER}/02.ipynb": NOTEBOOK, "Bo Li_1002_assignsubmission_file_/report.pdf": b"%PDF"}
    told = students(unpacked({"moodle.zip": zipped(names), "x.ipynb": NOTEBOOK}, tmp_path / "in"))
    assert list(told) == ["moodle/Ann Lee_1001_assignsubmission_file_/02",
                          "moodle/Bo Li_1002_assignsubmission_file_/report.pdf", "x"]  # fmt: skip
    assert [who for who, _ in told.values()] == [{}] * 3


def test_a_folder_that_cannot_be_entered_is_named(tmp_path):
    unpacked([f"{FOLDER}/02.ipynb"], tmp_path / "in")
    (tmp_path / "in" / "Bo Li_1002_assignsubmission_file_").symlink_to(tmp_path)
    told = students(tmp_path / "in")
    assert [who for who, _ in told.values()] == [BO, ANN] or [who for who, _ in told.values()] == [ANN, BO]
    assert [problem for who, problem in told.values() if who == BO] == ["it is a link to a folder, not the folder"]


def test_names_in_utf_8_that_do_not_say_so_are_read_as_such(tmp_path):
    name = "Jörg Müßig_1001_assignsubmission_file_/02.ipynb"
    raw = zipped([name])
    assert raw.count(b"\x00\x08") >= 2
    path = tmp_path / "finder.zip"
    path.write_bytes(raw.replace(b"\x14\x00\x00\x08", b"\x14\x00\x00\x00"))  # the flag in both headers
    with zipfile.ZipFile(path) as archive:
        assert not any(member.flag_bits & 0x800 for member in archive.infolist())
    assert [who["Student"] for who, _ in students(path).values()] == ["Jörg Müßig"]


def test_what_comes_out_of_one_file_is_bounded_in_all(tmp_path, monkeypatch):
    monkeypatch.setattr(submissions, "MOST_UNPACKED", 3 * len(NOTEBOOK))
    inner = zipped([f"{n}.ipynb" for n in range(5)])
    path = unpacked({"a.zip": inner, "b.ipynb": NOTEBOOK}, tmp_path / "in")
    problems = [problem[:17] for _, problem in students(path).values()]
    assert sorted(problems) == [""] * 4 + ["it is larger than"] * 2
    monkeypatch.setattr(submissions, "MOST_FILES", 4)
    assert sorted(problem for _, problem in students(path).values()) == ["", "it is a zip file of more than 4 files"]
