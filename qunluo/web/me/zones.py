"""Time zones as people look for them: by continent, with the city in their language."""

from datetime import timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import get_timezone_location

from qunluo.kernel.clock import now

REGIONS = ("Asia", "Europe", "America", "Africa", "Australia", "Pacific", "Atlantic", "Indian")


@lru_cache(maxsize=4)
def zone_choices(language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return grouped choices for a select, each group sorted by offset and name."""
    locale = "en" if language.startswith("en") else "zh_Hans"
    groups: dict[str, list[tuple[timedelta, str, str]]] = {region: [] for region in REGIONS}
    moment = now()
    for name in available_timezones():
        region = name.split("/")[0]
        if region not in groups:
            continue
        offset = moment.astimezone(ZoneInfo(name)).utcoffset() or timedelta()
        city = get_timezone_location(name, locale=locale, return_city=True)
        groups[region].append((offset, city, name))
    return [
        (region, [(name, f"{city} ({_said(offset)})") for offset, city, name in sorted(rows)])
        for region, rows in groups.items()
    ] + [("UTC", [("UTC", "UTC")])]


def _said(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"UTC{'+' if minutes >= 0 else '−'}{abs(minutes) // 60}:{abs(minutes) % 60:02}"
