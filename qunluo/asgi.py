"""ASGI entry point of the live process; refuses to start with settings that endanger people."""

import gc
import os
import sys

import django

from qunluo.cli.unsafe import refuse_unsafe

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qunluo.settings")
if refuse_unsafe():
    sys.exit(78)
gc.disable()
django.setup()

from django.conf import settings  # noqa: E402 - what follows needs Django

from qunluo.live.app import Live, Origins  # noqa: E402

application = Live(Origins(settings.SITE_URL, settings.ALLOWED_HOSTS))
gc.freeze()
gc.enable()
