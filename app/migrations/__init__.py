"""The one history of every table, Flask-AppBuilder's included; procrastinate's own schema is applied as it ships it."""
