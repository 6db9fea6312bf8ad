"""What every room stands on: clock, configuration, database, network, queue, secrets."""
