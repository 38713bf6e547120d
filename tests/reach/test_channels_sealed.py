"""WeChat's sealed callbacks against its published samples, and against hostile ones.

The vectors are those of the sample code and documents that Tencent publishes with WXBizMsgCrypt
(testAesEncrypt, testVerifyUrl, Sample.py, and the example of a message to a third-party platform).
"""

from datetime import UTC, datetime

import pytest

from qunluo.kernel.clock import now, travel
from qunluo.providers.wechat import callback
from qunluo.providers.wechat.crypt import Sealer, Unreadable, element, fields
from qunluo.reach.ports import Way

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SEALED = {
    "我是中文abcd123": (
        "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
    ),
    "<xml><ToUserName><![CDATA[oia2Tj我是中文jewbmiOUlr6X-1crbLOvLw]]></ToUserName><FromUserName>"
    "<![CDATA[gh_7f083739789a]]></FromUserName><CreateTime>1407743423</CreateTime><MsgType>"
    "<![CDATA[video]]></MsgType><Video><MediaId><![CDATA[eYJ1MbwPRJtOvIEabaxHs7TX2D-HV71s79GUxqdUk"
    "jm6Gs2Ed1KF3ulAOA9H1xG0]]></MediaId><Title><![CDATA[testCallBackReplyVideo]]></Title>"
    "<Description><![CDATA[testCallBackReplyVideo]]></Description></Video></xml>": (
        "jn1L23DB+6ELqJ+6bruv23M2GmYfkv0xBh2h+XTBOKVKcgDFHle6gqcZ1cZrk3e1qjPQ1F4RsLWzQRG9udbKWesxl"
        "kupqcEcW7ZQweImX9+wLMa0GaUzpkycA8+IamDBxn5loLgZpnS7fVAbExOkK5DYHBmv5tptA9tklE/fTIILHR8HLX"
        "a5nQvFb3tYPKAlHF3rtTeayNf0QuM+UW/wM9enGIDIJHF7CLHiDNAYxr+r+OrJCmPQyTy8cVWlu9iSvOHPT/77bZq"
        "JucQHQ04sq7KZI27OcqpQNSto2OdHCoTccjggX5Z9Mma0nMJBU+jLKJ38YB1fBIz+vBzsYjrTmFQ44YfeEuZ+xRTQ"
        "wr92vhA9OxchWVINGC50qE/6lmkwWTwGX9wtQpsJKhP+oS7rvTY8+VdzETdfakjkwQ5/Xka042OlUb1/slTwo4Rsc"
        "uQ+RdxSGvDahxAJ6+EAjLt9d8igHngxIbf6YyqqROxuxqIeIch3CssH/LqRs+iAcILvApYZckqmA7FNERspKA5f8G"
        "oJ9sv8xmGvZ9Yrf57cExWtnX8aCMMaBropU/1k+hKP5LVdzbWCG0hGwx/dQudYR/eXp3P0XxjlFiy+9DMlaFExWUZ"
        "QDajPkdPrEeOwofJb"
    ),
}
ENCRYPTED = (
    "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGH"
    "QHFVAFmOD2LdJF9FrXpbUAh0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tE"
    "DYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp3yZ"
    "bGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q"
    "5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE="
)
CALLED = {"timestamp": "1409735669", "nonce": "1320562132",
          "msg_signature": "5d197aaffba7e9b25a30732f161a50dee96bd5fa"}  # fmt: skip
WAY = Way("account", {"app_id": "wx2c2769f8efd9abc2"}, {"token": "spamtest", "aes_key": KEY})
BODY = f"<xml>{element('ToUserName', 'gh')}{element('Encrypt', ENCRYPTED)}</xml>".encode()
THEN = datetime.fromtimestamp(1409735669, UTC)


@pytest.mark.req("X03")
@pytest.mark.parametrize("text", SEALED, ids=["short", "long"])
def test_sealing_is_what_the_published_sample_seals(text):
    sealer = Sealer("pamtest", KEY, "wxb11529c136998cb6")
    assert sealer.seal(text, b"aaaabbbbccccdddd") == SEALED[text]
    assert sealer.open(SEALED[text]) == text


def test_with_the_key_of_zeros_the_published_answer_comes_out_and_is_signed_alike():
    sealer = Sealer("AAAAA", "A" * 43, "wx134c8103faa5a59e")
    sealed = sealer.seal(
        "<xml><demo_resp>[CDATA[good luck]]</demo_resp></xml>", b"999951349e8ee746"
    )
    assert sealed == (
        "hE8R6mGXHkJJjU72KxzKUd1GEkKJaEZq7vRL8XgK3o+00k8JGq6+pZJUIlTSyhsX+bxIBQ72g3GyvDdIZcr6+3HAZb"
        "SvPT9t/o11MI7d6WELwqrGd7jMnV0zv3Zc9Nq7"
    )
    signed = sealer.signature("1713424427", "415670741", sealed)
    assert signed == "03e0812039325c2712ef5f0f980fd14c70d6e307"


def test_the_address_proves_itself_sealed_and_plain():
    sealed = Way(
        "account", {"app_id": "wx5823bf96d3bd56c7"},
        {"token": "QDG6eK", "aes_key": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"},
    )  # fmt: skip
    asked = {
        "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
        "timestamp": "1409659589", "nonce": "263014780",
        "echostr": "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO"
        "+FZXvnaqQ==",
    }  # fmt: skip
    assert callback.echo(sealed, asked) == "1616140317555161061"
    plain = {"timestamp": "1", "nonce": "2", "echostr": "hello"}
    plain["signature"] = callback.sealer_of(WAY).signature("1", "2")
    assert callback.echo(WAY, plain) == "hello"
    for wrong in (
        {**asked, "nonce": "1"},
        {**plain, "echostr": ""},
        {**plain, "signature": "é"},
        {},
    ):
        with pytest.raises(Unreadable):
            callback.echo(sealed if "msg_signature" in wrong else WAY, wrong)


def test_a_published_message_is_heard_and_answered_sealed():
    with travel(THEN):
        heard = callback.hear(WAY, CALLED, BODY)
        said = callback.answer(WAY, heard, "好 ]]> & <b>")
    assert (heard.sender, heard.type) == ("oyORnuP8q7ou2gfYjqLzSIWZf0rs", "text")
    assert (heard.text, heard.id) == ("abcdteT", "6054768590064713728")
    outer = fields(said)
    sealer = callback.sealer_of(WAY)
    assert sealer.is_signed(
        outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"], outer["Encrypt"]
    )
    inner = fields(sealer.open(outer["Encrypt"]))
    assert inner["Content"] == "好 ]]> & <b>"
    assert (inner["ToUserName"], inner["FromUserName"]) == (heard.sender, "gh_10f6c3c3ac5a")
    assert callback.answer(WAY, heard, "") == "success"


def resealed(raw, **changes):
    """A callback of our own making, signed well, around whatever is inside."""
    sealer = callback.sealer_of(WAY)
    sealed = changes.get("sealed") or sealer.seal(raw)
    timestamp = str(int(now().timestamp()) + changes.get("late", 0))
    asked = {"timestamp": timestamp, "nonce": "n",
             "msg_signature": sealer.signature(timestamp, "n", sealed)}  # fmt: skip
    return asked, f"<xml>{element('Encrypt', sealed)}</xml>".encode()


MINE = "<xml><FromUserName>me</FromUserName><MsgType>text</MsgType><Content>x</Content></xml>"
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
OTHER = Sealer("spamtest", KEY, "wx_other")


@pytest.mark.parametrize(
    ("asked", "body"),
    [
        (CALLED, BODY.replace(b"hyzA", b"hyzB")),
        ({**CALLED, "msg_signature": "0" * 40}, BODY),
        ({**CALLED, "msg_signature": "é"}, BODY),
        ({**CALLED, "timestamp": "soon"}, BODY),
        ({}, BODY),
        (CALLED, b""),
        (CALLED, b"\xff\xfe"),
        (CALLED, b"<xml>"),
        (CALLED, BOMB.encode() + BODY),
        (CALLED, b"<xml>" + b"<a>" * 50_000),
    ],
)
def test_what_is_not_sealed_and_signed_for_us_is_not_read(asked, body):
    with travel(THEN), pytest.raises(Unreadable):
        callback.hear(WAY, asked, body)


def test_a_callback_that_is_played_again_later_is_not_read():
    with pytest.raises(Unreadable):
        callback.hear(WAY, CALLED, BODY)
    for late in (-301, 301):
        with pytest.raises(Unreadable):
            callback.hear(WAY, *resealed(MINE, late=late))
    assert callback.hear(WAY, *resealed(MINE)).text == "x"


@pytest.mark.parametrize(
    "inside",
    [
        {"sealed": OTHER.seal(MINE)},  # another account
        {"sealed": "AAAAAAAAAAAAAAAAAAAAAA=="},  # padding that is none
        {"sealed": "YWJj"},  # no whole block
        {"sealed": "!!!"},
        {"raw": BOMB + MINE},
        {"raw": "<xml><Content>nobody</Content></xml>"},
        {"raw": "no xml"},
        {"raw": ""},
    ],
)
def test_hostile_insides_are_not_read_although_they_are_signed(inside):
    with pytest.raises(Unreadable):
        callback.hear(WAY, *resealed(inside.get("raw", ""), sealed=inside.get("sealed")))


def test_a_key_that_is_none_opens_nothing():
    with pytest.raises(Unreadable):
        Sealer("t", "short", "wx").open(ENCRYPTED)
