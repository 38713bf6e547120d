"""Who is who inside one file: by customer number, then phone, then e-mail."""

from dataclasses import dataclass, field


@dataclass
class _Seen:
    leader: int
    external_id: str


@dataclass
class Roster:
    """Remembers the first line about each customer; the same rules hold against the database.

    Two different customer numbers are two customers even if they share a phone.
    """

    _by_id: dict[str, _Seen] = field(default_factory=dict)
    _by_phone: dict[str, _Seen] = field(default_factory=dict)
    _by_email: dict[str, _Seen] = field(default_factory=dict)
    _ranks: dict[int, int] = field(default_factory=dict)

    def find(self, external_id: str, phone: str, email: str) -> int | None:
        """Return the line that introduced this customer, or None."""
        seen = self._seen(external_id, phone, email)
        return seen.leader if seen else None

    def add(self, line: int, external_id: str, phone: str, email: str) -> tuple[int, int]:
        """Return (leading line, rank): rank 1 introduces the customer, later ones tell more."""
        seen = self._seen(external_id, phone, email) or _Seen(line, external_id)
        seen.external_id = seen.external_id or external_id
        if seen.external_id:
            self._by_id.setdefault(seen.external_id, seen)
        if phone:
            self._by_phone.setdefault(phone, seen)
        if email:
            self._by_email.setdefault(email, seen)
        rank = self._ranks[seen.leader] = self._ranks.get(seen.leader, 0) + 1
        return seen.leader, rank

    def _seen(self, external_id: str, phone: str, email: str) -> _Seen | None:
        if external_id and (seen := self._by_id.get(external_id)):
            return seen
        for found in (self._by_phone.get(phone), self._by_email.get(email)):
            if found and not (external_id and found.external_id):
                return found
        return None
