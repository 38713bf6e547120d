"""Every folder in providers/payments is a payment provider, complete in itself."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils.module_loading import import_string

from qunluo.kernel.definitions import load_file
from qunluo.kernel.money import CURRENCIES
from qunluo.market.ports import Merchant, PaymentProvider
from qunluo.providers import payments

pytestmark = [pytest.mark.req("X07"), pytest.mark.above_the_database]

ROOT = Path(payments.__file__).parent
NAMES = sorted(p.name for p in ROOT.iterdir() if p.is_dir() and p.name not in {"__pycache__"})
PORT = [name for name in vars(PaymentProvider) if not name.startswith("_")]
KEYS = {"label", "about", "currencies", "fields", "zone", "bills"}
FIELD = {"label", "help", "secret", "long", "optional"}
LIBRARIES = {"alipay", "stripe", "wechatpayv3", "OpenSSL", "Cryptodome"}


def provider(name):
    return import_string(f"qunluo.providers.payments.{name}.provider.Provider")


def definition(name):
    return load_file(ROOT / name / "definition.toml")


def test_there_are_the_ways_to_pay_that_are_promised():
    assert {"sandbox", "manual", "wechatpay", "alipay", "stripe"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_provider_fits_the_port(name):
    made = provider(name)()
    for verb in PORT:
        wanted = inspect.signature(getattr(PaymentProvider, verb))
        found = inspect.signature(getattr(provider(name), verb))
        assert found == wanted, verb
        assert inspect.getdoc(getattr(made, verb)), verb
    assert re.fullmatch(r"[a-z]{2,20}", name)  # it stands in the address of notices


@pytest.mark.parametrize("name", NAMES)
def test_a_definition_is_complete(name):
    told = definition(name)
    assert {"label", "about", "fields"} <= set(told) <= KEYS
    assert set(told.get("currencies", ())) <= CURRENCIES
    for field, about in told["fields"].items():
        assert {"label", "help"} <= set(about) <= FIELD, field
        assert all(type(about.get(flag, False)) is bool for flag in FIELD - {"label", "help"})
        assert re.fullmatch(r"[a-z][a-z0-9_]*", field)
        for text in (about["label"], about["help"]):
            assert set(text) == {"en", "zh"}, field


@pytest.mark.parametrize("name", NAMES)
def test_what_is_wrong_is_told_beside_a_setting_there_is(name):
    fields = definition(name)["fields"]
    wrong = provider(name)().fits(Merchant(name, {}, {}))
    assert set(wrong) <= set(fields)
    assert {field for field in fields if not fields[field].get("optional")} <= set(wrong)


@pytest.mark.parametrize("name", NAMES)
def test_what_could_be_used_against_a_merchant_is_kept_sealed(name):
    held = {field for field, about in definition(name)["fields"].items() if about.get("secret")}
    asked = set(re.findall(r'secrets(?:\.get\(|\[)"(\w+)"', "".join(
        path.read_text("utf-8") for path in (ROOT / name).glob("*.py"))))  # fmt: skip
    assert asked == held


def test_a_shop_that_does_not_use_them_never_loads_their_libraries():
    code = (
        "import sys, django; django.setup(); import qunluo.urls, qunluo.market.ports; "
        f"print(sorted({LIBRARIES!r} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        cwd=ROOT.parents[2], env={"DJANGO_SETTINGS_MODULE": "qunluo.settings", "QUNLUO_ENV": "test",
                                  "PATH": ""},
    )  # fmt: skip
    assert done.stdout.strip() == "[]", done.stderr
