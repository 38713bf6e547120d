import pytest

from qunluo.kernel.errors import DomainError, Forbidden, Invalid, TooMany
from qunluo.kernel.text import _, enumerated, pick


class SoldOut(DomainError):
    code, status = "test.sold_out", 409
    message = _("{name} has sold out.")
    next_step = _("Join the waiting list for {name}.")


CHINESE = {
    "{name} has sold out.": "{name}已经售完。",
    "Join the waiting list for {name}.": "加入{name}的候补名单。",
    "Honey": "蜂蜜",
    "Too short.": "太短了。",
}


def translate(text):
    return CHINESE.get(text, text)


def test_a_refusal_speaks_the_language_of_the_reader():
    error = SoldOut(name="Honey")
    assert error.say(str) == ("Honey has sold out.", "Join the waiting list for Honey.")
    assert error.say(translate) == ("蜂蜜已经售完。", "加入蜂蜜的候补名单。")
    assert str(error) == "test.sold_out: Honey has sold out."


def test_a_forgotten_value_does_not_hide_the_refusal():
    assert SoldOut().say(str)[0] == "{name} has sold out."


def test_a_value_with_braces_is_not_read_as_a_placeholder():
    assert SoldOut(name="{name} {0}").say(str)[0] == "{name} {0} has sold out."


def test_fields_are_translated_too():
    error = Invalid(fields={"slug": ["Too short."]})
    assert error.say_fields(translate) == {"slug": ["太短了。"]}
    assert Invalid().fields == {}


def test_a_sentence_of_its_own_replaces_the_general_one():
    error = Forbidden("Only {who} may do this.", next_step="Ask.", who="owners")
    assert error.say(str) == ("Only owners may do this.", "Ask.")
    assert error.status == 403


def test_too_many_says_how_long_to_wait():
    assert TooMany(retry_after=9).retry_after == 9
    assert "9" in TooMany(retry_after=9).say(str)[1]


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-hans", "农场"), ("zh_Hans", "农场"), ("en", "Farm"), ("en-gb", "Farm"), ("fr", "Farm"),
     (None, "Farm")],
)  # fmt: skip
def test_bilingual_data_answers_in_the_language(language, said):
    assert pick({"en": "Farm", "zh": "农场"}, language) == said


def test_other_values_come_back_as_they_are():
    assert pick("x", "en") == "x"
    assert pick({"a": 1}, "en") == {"a": 1}
    assert pick(None, "en") is None


class NamesMissing(DomainError):
    """A refusal that names several people and things."""

    message = "Ask: {people}. About: {things}."


def test_a_refusal_separates_names_as_its_reader_does():
    refusal = NamesMissing(people=["张三", "李四", "王五"], things=[{"en": "Role", "zh": "角色"}])
    assert refusal.say(str)[0] == "Ask: 张三, 李四, 王五. About: Role."
    chinese = {"en": "zh-hans", NamesMissing.message: "请找：{people}。事由：{things}。"}
    assert (
        refusal.say(lambda text: chinese.get(text, text))[0]
        == "请找：张三、李四、王五。事由：角色。"
    )


def test_nobody_is_no_separator():
    assert (enumerated([], "zh"), enumerated(["张三"], "zh")) == ("", "张三")


def test_a_person_called_like_a_word_of_ours_is_not_translated():
    refusal = NamesMissing(people=["Honey"], things=["-"])
    assert refusal.say(lambda text: CHINESE.get(text, text))[0] == "Ask: Honey. About: -."
