"""Four invented communities that live through ninety days, by the real actions.

Everything a visitor sees of them was done by somebody in the story, at a moment of the travelling
clock: the same seed tells the same story, only codes and secrets differ.
"""

from qunluo.blueprints.demo.story import fill, logins

__all__ = ["fill", "logins"]
