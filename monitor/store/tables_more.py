"""Tables that lie in files of their own; they come into the schema by being imported here."""

from __future__ import annotations

from monitor.store.tables_answer import ANSWER_TABLES
from monitor.store.tables_desk import DESK_TABLES
from monitor.store.tables_hold import HOLD_TABLES
from monitor.store.tables_import import IMPORT_TABLES
from monitor.store.tables_look import LOOK_TABLES
from monitor.store.tables_recheck import RECHECK_TABLES
from monitor.store.tables_spending import SPENDING_TABLES
from monitor.store.tables_stream import STREAM_TABLES
from monitor.store.tables_target import TARGET_TABLES
from monitor.store.tables_tips import TIP_TABLES
from monitor.store.tables_turn import TURN_TABLES

ELSEWHERE = (
    *RECHECK_TABLES,
    *HOLD_TABLES,
    *ANSWER_TABLES,
    *TURN_TABLES,
    *TIP_TABLES,
    *DESK_TABLES,
    *TARGET_TABLES,
    *STREAM_TABLES,
    *IMPORT_TABLES,
    *SPENDING_TABLES,
    *LOOK_TABLES,
)
