"""Seal the second factors that were stored before sealing: apps and recovery codes."""

from django.db import migrations

from qunluo.kernel.sealing import SEAL, seal, unseal

PURPOSE = "second-factor"


def _change(apps, one):
    authenticators = apps.get_model("mfa", "Authenticator").objects
    for found in authenticators.filter(type__in=["totp", "recovery_codes"]).iterator():
        for key in {"secret", "seed"} & found.data.keys():
            found.data[key] = one(found.data[key])
        if codes := found.data.get("migrated_codes"):
            found.data["migrated_codes"] = [one(code) for code in codes]
        found.save(update_fields=["data"])


def close(apps, schema_editor):
    _change(apps, lambda text: text if text.startswith(SEAL) else seal(text, PURPOSE))


def open_again(apps, schema_editor):
    _change(apps, lambda text: unseal(text, PURPOSE))


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(close, open_again)]
