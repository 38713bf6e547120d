"""WSGI entry point; refuses to start in production with settings that endanger people."""

import gc
import os
import sys

import django
from django.db import connection
from django.urls import get_resolver
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from qunluo.cli.unsafe import refuse_unsafe
from qunluo.environment import env
from qunluo.web.core.handler import Handler
from qunluo.web.core.turns import Turns

OWN_NETWORK = "127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qunluo.settings")
if refuse_unsafe():
    sys.exit(78)
# Nearly all that a start makes stays: looking through it for waste takes a tenth of the time.
gc.disable()
django.setup(set_prefix=False)
application = Turns(Handler(), at_once=2 if connection.vendor == "postgresql" else 1)
get_resolver()._populate()  # not while the first visitor waits
gc.freeze()
gc.enable()
# A page makes thousands of objects and hardly any circle: looking less often finds as much.
gc.set_threshold(10_000, 20, 20)
if env.flag("BEHIND_PROXY"):
    # Rate limits and sessions see the visitor's address; only a proxy of our own is believed.
    application = wrap_wsgi_with_proxy_headers(application, trusted_hosts=OWN_NETWORK)
