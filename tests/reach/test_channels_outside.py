"""What others answer us when we call them: feeds, slow servers, headers in any case."""

from qunluo.providers import feeds
from qunluo.reach.ports import Fate

RSS = b"""<rss version="2.0"><channel><title>Inside</title><item><guid>1</guid>
<title>Private</title></item></channel></rss>"""


def test_a_feed_whose_body_is_the_name_of_a_file_does_not_open_it(tmp_path):
    inside = tmp_path / "inside.xml"
    inside.write_bytes(RSS)
    assert feeds.parsed(RSS, "https://w.example/", {}).entries
    found = feeds.parsed(str(inside).encode(), "https://w.example/", {})
    assert found.fate is Fate.LATER
    assert not found.entries
