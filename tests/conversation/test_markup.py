"""What is written becomes safe HTML; nothing else does."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qunluo.conversation.rules.markup import ATTRIBUTES, TAGS, called, picture_of, plain, render

# Known ways to smuggle a script through Markdown, HTML and their mixture.
CORPUS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mi//xlink:href='data:x,<script>alert(4)</script>'>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' &#14; javascript:alert(1)'>x</a>",
    "<body onload=alert(1)>",
    "<style>@import'javascript:alert(1)';</style>",
    "<link rel=stylesheet href=javascript:alert(1)>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<form action=javascript:alert(1)><input type=submit>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><img src=x onerror=alert(1)></template>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    "![x](javascript:alert(1))",
    "![x](https://evil.example/pixel.gif)",
    "![x](//evil.example/pixel.gif)",
    "![x](/media/../../etc/passwd)",
    '![x" onerror="alert(1)](/media/picture/ab/abcdefghijklmnopqrstuvwx.webp)',
    '[x](https://a.example "t" onmouseover="alert(1)")',
    '[x](https://a.example/" onmouseover="alert(1))',
    '<https://a.example/"onmouseover=alert(1)>',
    "<javascript:alert(1)>",
    "`<script>alert(1)</script>`",
    "```html\n<script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "> <script>alert(1)</script>",
    "| <script>alert(1)</script> |\n|--|\n| <img src=x onerror=alert(1)> |",
    "[a]: javascript:alert(1)\n\n[a]",
    "<!-- <script>alert(1)</script> -->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "https://a.example/<script>alert(1)</script>",
    "@Mei<script>alert(1)</script>",
    "\0<scr\0ipt>alert(1)</script>",
]
PEOPLE = {"Mei": "ABCDEFGH", "林若溪": "BCDEFGHJ", "X](javascript:alert(1))": "CDEFGHJK"}


class Reader(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    handle_startendtag = handle_starttag


def assert_safe(html):
    reader = Reader()
    reader.feed(html)
    for tag, attributes in reader.found:
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES.get(tag, set()) | ({"rel"} if tag == "a" else set())
        href = attributes.get("href") or ""
        assert re.match(r"(https?:|mailto:|tel:|/|#|$)", href) or ":" not in href.split("/")[0]
        if tag == "a" and href:
            assert attributes["rel"] == "nofollow ugc noopener"
        if "src" in attributes:
            assert attributes["src"].startswith("/media/")
            assert ".." not in attributes["src"]


@pytest.mark.parametrize("source", CORPUS)
def test_no_script_gets_through(source):
    assert_safe(render(source, PEOPLE))
    assert_safe(render(f"text {source} *text*\n\n- {source}", PEOPLE))


@given(st.lists(st.sampled_from(["<", ">", '"', "'", "[", "]", "(", ")", "!", "`", "@Mei", "&#106;",
    "javascript:", "onerror=", "script", "img src=", "\n", " ", "https://a.b", "\\", "/media/"]),
    max_size=14))  # fmt: skip
def test_no_mixture_of_the_dangerous_pieces_gets_through(pieces):
    assert_safe(render("".join(pieces), PEOPLE))


@given(st.text(max_size=200))
def test_any_text_can_be_rendered(text):
    assert_safe(render(text))
    assert len(plain(render(text))) <= 160


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("a\nb", "<p>a<br>\nb</p>\n"),
        ("# One\n## Two", "<h3>One</h3>\n<h4>Two</h4>\n"),
        ("~~no~~ **yes**", "<p><s>no</s> <strong>yes</strong></p>\n"),
        (
            "看https://a.example/x，好",
            '<p>看<a href="https://a.example/x" rel="nofollow ugc noopener">'
            "https://a.example/x</a>，好</p>\n",
        ),
        (
            "谢谢@林若溪和@Mei",
            '<p>谢谢<a href="/p/BCDEFGHJ/" rel="nofollow ugc noopener">@林若溪</a>和'
            '<a href="/p/ABCDEFGH/" rel="nofollow ugc noopener">@Mei</a></p>\n',
        ),
        ("a@Mei.example `@Mei`", "<p>a@Mei.example <code>@Mei</code></p>\n"),
    ],
)
def test_this_is_how_it_reads(source, html):
    assert render(source, PEOPLE) == html


def test_our_own_pictures_stay_with_their_description():
    key = "picture/ab/abcdefghijklmnopqrstuvwx.webp"
    html = render(picture_of(key, "A [red] tomato"))
    assert html == f'<p><img src="/media/{key}" alt="A [red] tomato"></p>\n'
    assert plain(html) == "A [red] tomato"


def test_every_beginning_behind_an_at_could_be_a_name():
    assert called("谢谢@林若溪") == {"林", "林若", "林若溪"}
    assert called("mail me@example.org") == set()
