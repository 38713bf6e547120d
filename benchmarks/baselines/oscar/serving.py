"""The settings for serving the sandbox's pages, so that many write SQLite without an error."""

from benchmarks.baselines.oscar.settings import *  # noqa: F403
from benchmarks.baselines.oscar.settings import DATABASES

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {"timeout": 60, "transaction_mode": "IMMEDIATE"}
LANGUAGES = [("zh-hans", "简体中文"), ("en-gb", "English")]  # as many as ours, not a hundred
OSCAR_THUMBNAILER = "benchmarks.baselines.oscar.serving.NoThumbnails"
OSCAR_FROM_EMAIL = "farm@example.org"
MEDIA_URL = "media/"


class NoThumbnails:
    """Nothing here has a picture."""

    url = "/static/none.jpg"

    def generate_thumbnail(self, source, **opts):
        """Return what stands for a picture."""
        return self

    def delete_thumbnails(self, source):
        """There are none."""
