"""``config.toml``: typed, read once, every fault listed at once. It never holds a secret."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, ValidationError, model_validator

from monitor.config_answers import Answers
from monitor.config_collect import Bluesky, Collect, Feeds
from monitor.config_form import Count, Seconds, Section
from monitor.config_notify import Notify
from monitor.config_report import Report
from monitor.config_review import Review
from monitor.config_tips import Tips
from monitor.errors import ConfigError, Fault

__all__ = ["Bluesky", "Feeds"]

SPACES = (3_600.0, 21_600.0, 86_400.0, 259_200.0)
CaseClass = Literal["shadow", "dismissed", "open", "forwarded"]
PathName = Literal["data", "watchlists", "register_file", "secrets", "keys", "testers"]


class Paths(Section):
    """Folders, relative to the config file. ``secrets`` yields to systemd's credentials."""

    data: Path = Path("data")
    watchlists: Path = Path("watchlists")
    register_file: Path = Field(default=Path("watchlists/register/contoh.csv"), alias="register")
    secrets: Path = Path("secrets")
    keys: Path = Path("keys")
    testers: Path = Path("penguji.csv")


class Http(Section):
    """The one HTTP layer. ``contact`` goes into User-Agent, as platforms ask.

    ``allow_private`` lists each ``host:port`` that may lie on a private or loopback address, for
    hosts that are configured and hosts that are learned from data; all others must be public.
    """

    contact: str = Field(min_length=3)
    timeout: Seconds = 30.0
    max_bytes: Count = 5_000_000
    connections: Count = 20
    connections_per_host: Count = 4
    requests_per_second: Seconds = 5.0
    attempts: Count = 4
    proxy: str = ""
    ca_file: Path | None = None
    allow_private: tuple[str, ...] = ()


class Schedule(Section):
    """``tick`` picks what is due; ``misfire_grace`` is how late a job may still start.

    ``poll_timeout`` bounds one look at one source: what is left goes on at the next one.
    ``card_timeout`` is how long a finding waits for its evidence card, the queue included.
    ``stop_grace`` is how long a stop waits for looks that are under way.
    """

    tick: Seconds = 1.0
    batch: Count = 500
    workers: Count = 20
    jitter: Annotated[float, Field(ge=0, le=0.5)] = 0.1
    max_interval: Seconds = 21_600.0
    misfire_grace: Seconds = 60.0
    capture_timeout: Seconds = 60.0
    card_timeout: Seconds = 20.0
    poll_timeout: Seconds = 600.0
    stop_grace: Seconds = 20.0


class Reverse(Section):
    """Reading who engaged with candidates', parties' and teams' accounts.

    ``interval`` lies between two looks at one such account; ``workers`` is how many are read at
    once. Only people on the register are ever kept.
    """

    enabled: bool = True
    interval: Seconds = 3_600.0
    workers: Count = 2


class Capture(Section):
    """``screenshot`` adds a picture of an act's own page, taken by ``browser``, a Chromium."""

    screenshot: bool = False
    browser: Path = Path("/usr/bin/chromium")
    page_timeout: Seconds = 30.0


class Rules(Section):
    """``reload`` is the time between two looks at the watchlists.

    A rule over ``quarantine_hits`` in an hour that is also over ``quarantine_times`` its median of
    7 days goes into quarantine, until ``quarantine_hours`` have passed under that limit.
    """

    reload: Annotated[float, Field(gt=0, le=20)] = 10.0
    quarantine_hits: Count = 20
    quarantine_times: Count = 10
    quarantine_hours: Count = 24


class Retention(Section):
    """Days to keep: digests of acts that matched nothing (P13), health messages once sent, ended
    register lines, hits of rules in shadow, dismissed cases, copies of the database that
    migrations left. ``jra`` has the archive codes.
    """

    seen_days: Count = 400
    health_days: Count = 90
    register_days: Count = 90
    shadow_days: Annotated[int, Field(ge=1, le=7)] = 7
    dismissed_days: Count = 90
    copy_days: Count = 30
    jra: dict[CaseClass, str] = dict.fromkeys(get_args(CaseClass), "")


class Health(Section):
    """A source is stale after ``stale_polls`` missed intervals; a backlog is told at its limit."""

    interval: Seconds = 60.0
    stale_polls: Count = 3
    outbox_backlog: Count = 100
    min_free_bytes: Count = 200_000_000


class Authority(Section):
    """An RFC 3161 authority; ``ca_file`` holds the certificates (PEM) that are trusted for it."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
    url: Annotated[str, Field(pattern=r"^https?://")]
    ca_file: Path


class Seal(Section):
    """The log is signed and stamped every ``interval``; without an authority, on command only."""

    interval: Seconds = 3_600.0
    authorities: tuple[Authority, ...] = ()

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [authority.name for authority in self.authorities]
        if len(set(names)) < len(names):
            raise ValueError("authorities with different names")
        return self


class Recheck(Section):
    """Looking again at the acts of open cases; times in seconds.

    ``spaces`` lie between the first looks, then ``repeat``, until ``days`` after the newest
    revision. ``warning`` is how long before its deadline an undecided retraction is told.
    """

    spaces: Annotated[tuple[Seconds, ...], Field(min_length=1)] = SPACES
    repeat: Seconds = 604_800.0
    days: Count = 90
    warning: Seconds = 86_400.0


class Log(Section):
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    json_lines: bool = False


class Config(Section):
    """All settings. ``contests`` limits the live ones; empty means every contest on file.

    ``mode`` is ``trial`` until a DPIA, a controller's decree and a legal ground are recorded (P19).
    """

    http: Http
    mode: Literal["trial", "production"] = "trial"
    paths: Paths = Paths()
    collect: Collect = Collect()
    schedule: Schedule = Schedule()
    reverse: Reverse = Reverse()
    capture: Capture = Capture()
    notify: Notify = Notify()
    rules: Rules = Rules()
    retention: Retention = Retention()
    health: Health = Health()
    seal: Seal = Seal()
    recheck: Recheck = Recheck()
    report: Report = Report()
    tips: Tips = Tips()
    answers: Answers = Answers()
    review: Review = Review()
    log: Log = Log()
    contests: tuple[str, ...] = ()
    folder: Path = Field(default=Path(), exclude=True)

    def path(self, name: PathName) -> Path:
        """Return a configured path, made absolute against the config file's folder."""
        configured: Path = getattr(self.paths, name)
        return self.beside(configured)

    def beside(self, path: Path) -> Path:
        """Return a path of the configuration, made absolute against its folder."""
        return path if path.is_absolute() else (self.folder / path).resolve()

    @property
    def has_register_file(self) -> bool:
        """Whether a file is read into the register at each start; else commands keep it."""
        return self.paths.register_file != Path()

    @property
    def database(self) -> Path:
        return self.path("data") / "netralitas.sqlite3"

    @property
    def snapshots(self) -> Path:
        return self.path("data") / "snapshots"


def load(path: Path) -> Config:
    """Read a config file; raise ``ConfigError`` with every fault in it."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        hint = f"run: netralitas init {path.parent}"
        raise ConfigError([Fault(str(path), "", "a config file", "none", hint)]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError([Fault(str(path), "", "valid TOML in UTF-8", str(error))]) from None
    except OSError as error:
        raise ConfigError([Fault(str(path), "", "a readable file", error.strerror or "")]) from None
    raw["folder"] = path.resolve().parent
    return parse(raw, str(path))


def parse(raw: dict[str, Any], where: str) -> Config:
    """Validate a parsed config; ``where`` names its file in faults."""
    try:
        return Config.model_validate(raw)
    except ValidationError as error:
        raise ConfigError([_fault(where, raw, item) for item in error.errors()]) from None


def read_secret(config: Config, name: str) -> str:
    """Return a secret from systemd's credentials or the secrets folder, without its newline."""
    folders = [Path(d) for d in [os.environ.get("CREDENTIALS_DIRECTORY", "")] if d]
    folders.append(config.path("secrets"))
    for folder in folders:
        candidate = folder / name
        try:
            return _secret(candidate, candidate.read_text("utf-8").strip())
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError) as error:
            cause = getattr(error, "strerror", "") or "bytes that are no UTF-8"
            raise ConfigError([Fault(str(candidate), "", "a readable file", cause)]) from None
    fault = Fault(
        str(folders[-1] / name), "", "a file with the secret", "none", "see docs/operations.md"
    )
    raise ConfigError([fault])


def _secret(file: Path, text: str) -> str:
    """Refuse what can be no secret: it would fail in a header, far from its file."""
    if text.isascii() and text.isprintable() and text and " " not in text:
        return text
    got = "something else" if text else "an empty file"
    raise ConfigError([Fault(str(file), "", "one line with the secret and nothing else", got)])


def _fault(where: str, raw: dict[str, Any], item: Any) -> Fault:
    key = ".".join(str(part) for part in item["loc"])
    kind = item["type"]
    if kind == "extra_forbidden":
        # The value of a key we do not know may be a secret in the wrong place: never print it.
        return Fault(where, key, "no such key", "an unknown key", "see docs/operations.md")
    if kind == "missing":
        return Fault(where, key, "a value", "nothing")
    if kind == "too_often":
        return Fault(where, f"{key}.interval", item["msg"], f"{item['ctx']['got']}")
    value = _at(raw, item["loc"])
    # A number may be shown; a text may be a secret in the wrong place.
    return Fault(where, key, _plain(item["msg"]), _named(value))


def _named(value: object) -> str:
    """Say what stands there: a number itself, of anything else its kind; it may be a secret."""
    if isinstance(value, int | float):
        return str(value)
    kinds = {"dict": "a table", "list": "a list", "str": "a text", "NoneType": "nothing"}
    kind = type(value).__name__
    return kinds.get(kind, kind)


_THEIRS = (
    ("valid tuple", "list"),
    ("String should have", "a text of"),
    ("String should match pattern", "a text of the form"),
)


def _plain(message: str) -> str:
    """Return pydantic's sentence as the end of "expected ...", in words of the file."""
    message = message.removeprefix("Value error, ").removeprefix("Input should be ")
    for extra in (", unable to parse", ", got a number"):
        message = message.partition(extra)[0]
    for theirs, ours in _THEIRS:
        message = message.replace(theirs, ours)
    return message


def _at(raw: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        try:
            raw = raw[part]
        except (KeyError, IndexError, TypeError):
            return None
    return raw
