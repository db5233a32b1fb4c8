"""Lets `python -m app.cli` be the command `xuebao`; the server starts its own processes so."""

from app.cli.main import main

main()
