"""One command for each figure, each against a peer or a limit in the same run."""

from app import schema as schema  # every process of a bench may flush a row of any table
