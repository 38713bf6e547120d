"""`qunluo import` and `qunluo export`, as somebody at a terminal uses them."""

import pytest

from qunluo.cli import main as command_line
from qunluo.growth import queries
from qunluo.growth.models import Customer, PastOrder
from tests.growth import makers

pytestmark = [pytest.mark.django_db, pytest.mark.req("M11")]
LIST = "编码,别名,手机\nK1,阿梅,13800138000\nK2,阿兰,12\n"
ORDERS = "编码,日期,数量,金额\nK1,2024-01-02,1,9.90\n"


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def farm():
    return makers.community()


@pytest.fixture
def files(tmp_path):
    (tmp_path / "list.csv").write_bytes(LIST.encode("gb18030"))
    (tmp_path / "orders.csv").write_text(ORDERS)
    return tmp_path


def qunluo(*words):
    return command_line.main([str(word) for word in words])


def test_customers_and_orders_come_in_and_refused_rows_go_into_a_file(farm, files, capsys):
    out = files / "refused.csv"
    status = qunluo(
        "import", "customers", files / "list.csv", "--community", farm.slug,
        "--orders", files / "orders.csv", "--map", "external_id=编码", "--map", "name=2",
        "--map-orders", "external_id=编码", "--consent", "asked in the shop", "--errors", out,
    )  # fmt: skip
    assert status == 0
    said = capsys.readouterr()
    assert "list.csv: gb18030, 3 columns" in said.out
    assert "1  new customers" in said.out
    assert "1  purchases added" in said.out
    assert "line 3" in said.err
    assert "阿兰" in out.read_text(encoding="utf-8-sig")
    mei = Customer.objects.get()
    assert (mei.name, mei.consent, mei.consent_source) == ("阿梅", "given", "asked in the shop")
    assert PastOrder.objects.count() == 1


def test_a_dry_run_changes_nothing_and_leaves_nothing(farm, files, capsys):
    before = set(queries.imports_folder().iterdir())
    status = qunluo(
        "import", "customers", files / "orders.csv", "--community", farm.slug,
        "--map", "external_id=编码", "--dry-run",
    )  # fmt: skip
    assert status == 0
    assert "This was a trial: nothing was changed." in capsys.readouterr().out
    assert not Customer.objects.exists()
    assert set(queries.imports_folder().iterdir()) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--map", "name"], "not of the form name=column"),
        (["--map", "nickname=2"], "not of the form name=column"),
        (["--map", "name=昵称"], "The file has no column “昵称”"),
        (["--as", "nobody@example.org"], "Nobody was found in whose name"),
        (["--encoding", "utf-8"], "The file is not written in utf-8"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(farm, files, capsys, words, said):
    status = qunluo("import", "customers", files / "list.csv", "--community", farm.slug, *words)
    assert status == command_line.REFUSED
    assert said in capsys.readouterr().err
    assert not Customer.objects.exists()


def test_a_missing_file_and_a_missing_community_are_told_apart(farm, files, capsys):
    assert qunluo("import", "customers", files / "no.csv", "--community", farm.slug) == 2
    assert "There is no file" in capsys.readouterr().err
    assert qunluo("import", "customers", files / "list.csv", "--community", "nowhere") == 2
    assert "community" in capsys.readouterr().err


def test_all_or_nothing_ends_with_a_failure(farm, files, capsys):
    status = qunluo(
        "import", "customers", files / "list.csv", "--community", farm.slug,
        "--map", "external_id=编码", "--map", "phone=手机", "--all-or-nothing",
    )  # fmt: skip
    assert status == 1
    assert "1 rows could not be read" in capsys.readouterr().err
    assert not Customer.objects.exists()


def test_a_community_is_written_and_restored(farm, files, capsys):
    archive = files / "farm.zip"
    assert qunluo("export", farm.slug, archive) == 0
    assert qunluo("export", farm.slug, archive) == command_line.REFUSED
    assert "exists already" in capsys.readouterr().err
    assert qunluo("import", "community", archive) == command_line.REFUSED
    assert "already lives here" in capsys.readouterr().err
    assert qunluo("import", "community", archive, "--slug", "again") == 0
    assert queries.community_at("again").name == farm.name


def test_the_help_is_there_in_chinese(monkeypatch, capsys):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    with pytest.raises(SystemExit):
        qunluo("import", "customers", "--help")
    assert "GB18030" in capsys.readouterr().out
