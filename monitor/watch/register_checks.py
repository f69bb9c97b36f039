"""What must hold between the lines of a register: one id, one account, one person each."""

from __future__ import annotations

from monitor.errors import Fault
from monitor.model.person import Watch


class Twins:
    """Tells a line that repeats an earlier one, naming both lines.

    Accounts are compared without regard to case. Two persons who claim one account are told
    apart from a mere repetition: somebody must find out whose it is (P4).
    """

    def __init__(self, where: str, faults: list[Fault]) -> None:
        self.where = where
        self.faults = faults
        self.ids: dict[str, int] = {}
        self.accounts: dict[tuple[str, str], tuple[int, str]] = {}

    def add(self, line: int, watch: Watch) -> None:
        first = self.ids.setdefault(watch.watch_id.casefold(), line)
        if first != line:
            self._tell(line, "watch_id", f"an id not used before (line {first})", watch.watch_id)
        for name, column in ((watch.address, "address"), (watch.native_id, "native_id")):
            if name and self._account(line, watch, name, column):
                return

    def _account(self, line: int, watch: Watch, name: str, column: str) -> bool:
        key = (watch.platform, name.casefold())
        first, person = self.accounts.setdefault(key, (line, watch.person_ref))
        if first == line:
            return False
        if person == watch.person_ref:
            self._tell(line, column, f"an account not listed before (line {first})", name)
        else:
            hint = "find out whose it is; until then keep one line, with ownership 'contested'"
            expected = f"an account of one person (line {first} gives it to another)"
            self._tell(line, column, expected, name, hint)
        return True

    def _tell(self, line: int, column: str, expected: str, got: str, hint: str = "") -> None:
        self.faults.append(Fault(f"{self.where}:{line}", column, expected, repr(got), hint))
