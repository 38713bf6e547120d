"""Reading the logs of other chats: messages, moments, answers, and what is no message."""

from contextlib import suppress
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qunluo.conversation.rules import chatlogs

pytestmark = pytest.mark.req("X01", "X03")
SHANGHAI = ZoneInfo("Asia/Shanghai")
IRC = """=== mei [~mei@example.org]  has joined #farm
[23:58] <mei> rain tonight?
[23:59] <@bur[n] er> li: yes
[00:01] <li>
[00:03] <li> good
[25:00] <li> no such hour
"""


def test_an_irc_log_goes_on_after_midnight():
    log = chatlogs.read_irc(IRC, UTC, date(2004, 12, 25))
    assert [(said.author, said.text) for said in log.messages] == [
        ("mei", "rain tonight?"), ("bur[n] er", "li: yes"), ("li", "good"),
    ]  # fmt: skip
    assert [said.at for said in log.messages] == [
        datetime(2004, 12, 25, 23, 58, tzinfo=UTC),
        datetime(2004, 12, 25, 23, 59, tzinfo=UTC),
        datetime(2004, 12, 26, 0, 3, tzinfo=UTC),
    ]
    assert (log.notices, log.unread) == (2, [5])


def test_a_log_of_hours_needs_a_day_which_its_name_may_tell():
    with pytest.raises(chatlogs.NotReadable):
        chatlogs.read_irc(IRC, UTC, None)
    assert chatlogs.day_in("2004-12-25.train-c.raw.txt") == date(2004, 12, 25)
    assert chatlogs.day_in("ubuntu_20050206.log") == date(2005, 2, 6)
    assert chatlogs.day_in("9999-99-99") is chatlogs.day_in("log") is None


def test_a_file_of_links_makes_replies_of_the_lines_that_are_messages():
    log = chatlogs.read_irc(IRC, UTC, date(2004, 12, 25))
    linked = chatlogs.linked(log, "1 1 -\n1 2 -\n0 4 -\n1 4 -\n2 4 -\n4 2 -\nx y\n9 9 -")
    assert [said.reply_to for said in linked.messages] == [None, 0, 1]


WECHAT = """2024-05-01 09:30:21 张三
大家早上好
今天摘草莓

李四(wxid_abc) 2024年5月1日 下午3:04
「张三：大家早上好…」
- - - - - - - - - - - - - - -
来了！
2024/5/1 15:05 王五
"李四"撤回了一条消息

赵六 2024/5/1 15:06

"""


def test_heads_stand_in_either_order_and_a_quote_becomes_a_reply():
    log = chatlogs.read_wechat(WECHAT, SHANGHAI)
    assert [(said.author, said.text, said.reply_to) for said in log.messages] == [
        ("张三", "大家早上好\n今天摘草莓", None),
        ("李四", "来了！", 0),
        ("王五", '"李四"撤回了一条消息', None),
    ]
    assert log.messages[1].at == datetime(2024, 5, 1, 15, 4, tzinfo=SHANGHAI)
    assert log.notices == 1


def test_a_quote_of_nothing_that_was_said_stays_in_the_message():
    log = chatlogs.read_wechat(
        "2024-05-01 9:00 李四\n「无人：没说过」\n- - - - - -\n来了", SHANGHAI
    )
    assert log.messages[0].text.startswith("「无人：没说过」")


def test_a_table_is_read_by_its_titles_in_either_language():
    log = chatlogs.read_csv(
        "编号;时间;昵称;内容;回复\n7;2024-05-01 09:30;张三;早;\n"
        "8;2024/5/1 9:31;李四;早啊;7\n9;昨天;x;y;",
        SHANGHAI,
    )
    assert [(said.author, said.reply_to) for said in log.messages] == [("张三", None), ("李四", 0)]
    assert log.unread == [3]
    told = chatlogs.read_csv("sender,message,time\nLi,Hi,2024-05-01T09:30:00+02:00", UTC)
    assert told.messages[0].at == datetime(2024, 5, 1, 7, 30, tzinfo=UTC)


def test_a_table_without_an_author_is_none():
    with pytest.raises(chatlogs.NotReadable):
        chatlogs.read_csv("time,text\n2024-05-01,Hi", UTC)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_text_is_read_as_it_was_written(encoding):
    assert chatlogs.text_of("今天摘草莓，来吗？".encode(encoding)) == "今天摘草莓，来吗？"


@given(st.binary(max_size=400))
def test_no_bytes_break_the_readers(raw):
    text = chatlogs.text_of(raw)
    chatlogs.read_irc(text, UTC, date(2024, 5, 1))
    chatlogs.read_wechat(text, UTC)
    with suppress(chatlogs.NotReadable):
        chatlogs.read_csv(text, UTC)


@given(st.text(max_size=200))
def test_whatever_was_said_is_shown_as_text(text):
    html = chatlogs.verbatim(f"<b>{text}<script>alert(1)</script>")
    assert "<b>" not in html
    assert "<script" not in html


def test_an_address_becomes_a_link_and_nothing_else_does():
    html = chatlogs.verbatim('看 https://a.cn/x?a=1&b="2"。\njavascript:alert(1)')
    assert '<a href="https://a.cn/x?a=1&amp;b=" rel="nofollow ugc noopener">' in html
    assert html.count("<a ") == 1
    assert "<br>" in html
