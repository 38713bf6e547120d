"""Reading uploaded tables: encodings, delimiters, workbooks, and everything that is wrong."""

import contextlib
import csv
import resource
import subprocess
import sys
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qunluo.growth import errors
from qunluo.growth.rules.tables import Limits, open_table

pytestmark = pytest.mark.req("M11")
SMALL = Limits(text_bytes=2_000_000, sheet_bytes=2_000_000, rows=500)


@pytest.fixture
def table(tmp_path):
    def make(raw, limits=SMALL, **said):
        path = tmp_path / "upload"
        path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
        return open_table(path, limits=limits, **said)

    return make


def cells(found):
    return [row for _line, row in found.rows()]


CHINESE = "姓名,手机,备注\n张三,13800138000,喜欢草莓\n李四,13900139000,每周六来取菜\n"


@pytest.mark.parametrize(
    ("encoding", "known_as"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
    ],
)
def test_chinese_is_read_in_every_encoding_that_people_use(table, encoding, known_as):
    found = table(CHINESE.encode(encoding))
    assert found.encoding == known_as
    assert cells(found)[1] == ["张三", "13800138000", "喜欢草莓"]


def test_utf16_without_a_mark_and_big5_and_latin_are_told_apart(table):
    assert cells(table("name,note\nAnn,x\n".encode("utf-16-le")))[1] == ["Ann", "x"]
    traditional = "姓名,備註\n陳大文,喜歡草莓\n林小美,每週六來取菜\n"
    assert cells(table(traditional.encode("big5")))[2] == ["林小美", "每週六來取菜"]
    assert cells(table("name,city\nJosé,Málaga\n".encode("cp1252")))[1] == ["José", "Málaga"]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(table, delimiter):
    rows = [["name", "phone"], ["Ann, Lee" if delimiter != "," else "Ann", "1"], ["Bob", "2"]]
    found = table("\n".join(delimiter.join(row) for row in rows))
    assert cells(found) == rows


def test_columns_made_by_spaces_are_found(table):
    found = table(" 00001 19970101  1   11.77\r\n 00002 19970112  5   77.00\r\n")
    assert cells(found)[1] == ["00002", "19970112", "5", "77.00"]


def test_a_cell_may_hold_line_breaks_and_lines_keep_their_numbers(table):
    found = list(table('name,note\nAnn,"one\ntwo"\n\nBob,x\n').rows())
    assert [line for line, _row in found] == [1, 2, 5]
    assert found[1][1] == ["Ann", "one\ntwo"]


def test_an_empty_file_and_a_picture_are_refused(table):
    with pytest.raises(errors.EmptyTable):
        table(b"")
    with pytest.raises(errors.NotATable):
        table(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    with pytest.raises(errors.NotATable):
        table(b"%PDF-1.7 ...")


def test_bytes_that_fit_no_encoding_are_refused(table):
    with pytest.raises(errors.UnknownEncoding):
        table(b"name,phone\n\xff\xff\x81\xff\x8d\x8f,1\n" * 3)
    with pytest.raises(errors.WrongEncoding):
        table(CHINESE.encode("gb18030"), encoding="utf-8")


def test_too_many_bytes_rows_and_columns_are_refused_with_the_limit(table):
    with pytest.raises(errors.FileTooLarge):
        table(b"a,b\n" * 600_000)
    with pytest.raises(errors.TooManyRows):
        cells(table("a,b\n" + "1,2\n" * 600))
    with pytest.raises(errors.TooManyColumns):
        cells(table("a,b\n1,2\n" + "x," * 300 + "\n"))


def test_a_million_columns_are_refused(table):
    with pytest.raises((errors.TooManyColumns, errors.LineTooLong)):
        cells(table("a," * 500_000, limits=Limits()))


def test_a_quote_that_never_closes_is_refused_where_it_opened(table):
    with pytest.raises(errors.LineTooLong) as refused:
        cells(table('a,b\n1,"2\n' + "3,4\n" * 200_000))
    assert refused.value.context["line"] == 2


HUGE_LINE = """
import resource, sys
from pathlib import Path
from qunluo.growth.errors import LineTooLong
from qunluo.growth.rules.tables import open_table
resource.setrlimit(resource.RLIMIT_AS, (600 * 2**20, 600 * 2**20))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    list(open_table(Path(sys.argv[1])).rows())
except LineTooLong as error:
    print(error.code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_line_of_100_megabytes_is_refused_without_being_held_in_memory(tmp_path):
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        for _ in range(100):
            file.write(b"x" * 2**20)
    done = subprocess.run(
        [sys.executable, "-c", HUGE_LINE, str(path)], capture_output=True, text=True, check=True
    )
    code, grown_kilobytes = done.stdout.split()
    assert code == "growth.line_too_long"
    assert int(grown_kilobytes) < 30_000


def workbook(path, rows, title="客户"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_workbook_is_read_with_its_row_numbers(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["姓名", "金额"], [None, None], ["张三", 11.5]])
    found = open_table(path)
    assert (found.sheet, found.sheets) == ("客户", ["客户"])
    assert list(found.rows()) == [(1, ["姓名", "金额"]), (3, ["张三", "11.5"])]


def test_a_sheet_is_chosen_by_name(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["x"]])
    with pytest.raises(errors.SheetNotFound):
        open_table(path, sheet="订单")


def test_a_workbook_cut_in_half_is_refused(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["姓名", "手机"]] * 200)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(errors.SheetDamaged):
        open_table(path)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.xlsx"
    sheet = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb, bomb.open(sheet, "w") as file:
        for _ in range(600):
            file.write(b"0" * 2**20)
    assert path.stat().st_size < 2**20
    with pytest.raises(errors.SheetTooLarge):
        open_table(path)


def test_a_zip_whose_directory_lies_about_sizes_is_refused(tmp_path):
    path = tmp_path / "liar.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 5_000_000)
    raw = path.read_bytes().replace((5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path.write_bytes(raw)
    with pytest.raises(errors.SheetDamaged):
        open_table(path)


def test_two_cells_at_far_corners_cannot_eat_the_memory(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = "a"
    book.active.cell(row=1_048_576, column=16_384, value="z")
    book.save(tmp_path / "corner.xlsx")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises((errors.SheetTooLarge, errors.TooManyColumns)):
        open_table(tmp_path / "corner.xlsx")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


@given(st.binary(max_size=3000))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_bytes_are_read_or_refused_with_a_reason(tmp_path, raw):
    path = tmp_path / "anything"
    path.write_bytes(raw)
    with contextlib.suppress(errors.BadTable):
        for _line, row in open_table(path, limits=SMALL).rows():
            assert all(isinstance(cell, str) for cell in row)


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
            .map(str.strip)
            .filter(bool),
            min_size=3,
            max_size=3,
        ),
        min_size=2,
        max_size=20,
    )
)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_was_written_as_csv_is_read_back(tmp_path, rows):
    path = tmp_path / "round.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    found = open_table(path, encoding="utf-8", delimiter=",", limits=SMALL)
    assert cells(found) == rows
