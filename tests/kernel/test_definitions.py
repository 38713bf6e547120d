import pytest

from qunluo.kernel.definitions import BadDefinition, load, load_file


def write(folder, text, name="a.toml"):
    (folder / name).write_text(text, "utf-8")
    return folder


def test_files_come_by_name_with_both_languages(tmp_path):
    write(tmp_path, 'label = {en = "Farm", zh = "农场"}\n[[step]]\nhelp = {en = "x", zh = "y"}')
    write(tmp_path, "order = 1", "b.toml")
    found = load(tmp_path)
    assert list(found) == ["a", "b"]
    assert found["a"]["label"]["zh"] == "农场"
    assert load(tmp_path) is found
    assert load_file(tmp_path / "b.toml") == {"order": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('label = {en = "Farm"}', r"label lacks \['zh'\]"),
        ('label = {en = "Farm", zh = ""}', r"label lacks \['zh'\]"),
        ('[[step]]\n[[step.field]]\nhelp = {zh = "农场"}', r"step\[0\].field\[0\].help lacks"),
        ('label = {en = "Farm", zh = "农场", de = "Hof"}', r"extra \['de'\]"),
        ("label = ", "a.toml"),
    ],
)
def test_a_wrong_definition_says_where(tmp_path, text, said):
    with pytest.raises(BadDefinition, match=said):
        load(write(tmp_path, text))


def test_a_missing_folder_is_said(tmp_path):
    with pytest.raises(BadDefinition, match="nowhere"):
        load(tmp_path / "nowhere")


def test_a_file_that_is_not_utf8_is_said(tmp_path):
    (tmp_path / "a.toml").write_bytes('label = "农场"'.encode("gb18030"))
    with pytest.raises(BadDefinition, match=r"a\.toml"):
        load(tmp_path)
