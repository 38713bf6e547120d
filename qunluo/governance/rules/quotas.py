"""Adverts: only where there are slots for them, so many each day, and never too much of a space."""

from dataclasses import dataclass

WINDOW_DAYS = 30


@dataclass(frozen=True)
class AdShare:
    """How much of what was opened in a space lately is adverts; `slots` is what may be."""

    adverts: int
    threads: int
    slots: int
    days: int = WINDOW_DAYS

    @property
    def share(self) -> float:
        """Return adverts divided by threads, 0 when nothing was opened."""
        return self.adverts / self.threads if self.threads else 0.0

    @property
    def full(self) -> bool:
        """Return whether one more advert would pass what the space allows."""
        return (self.adverts + 1) * 100 > self.slots * (self.threads + 1)

    @property
    def formula(self) -> dict[str, str]:
        """Return what the share means, in both languages."""
        return {
            "en": f"Labelled adverts among the threads opened in this space in the last "
            f"{self.days} days: {self.adverts} of {self.threads}. At most {self.slots} % may be "
            f"adverts, those of the operators included.",
            "zh": f"最近 {self.days} 天本空间新开的主题帖中标明为广告的比例："
            f"{self.threads} 篇里有 {self.adverts} 篇。"
            f"上限 {self.slots}%，运营方自己的广告也计算在内。",
        }
