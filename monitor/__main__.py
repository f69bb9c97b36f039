"""``python -m monitor`` is ``netralitas``."""

from monitor.cli import main

main()
