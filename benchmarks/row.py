"""What a benchmark reports."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One measured figure and the bar it has to meet."""

    name: str
    value: float
    unit: str
    bar: float
    # Whether the value has to stay below the bar, or to reach it.
    at_most: bool = True
    note: str = ""

    @property
    def met(self) -> bool:
        """Tell whether the bar is met."""
        return self.value <= self.bar if self.at_most else self.value >= self.bar
