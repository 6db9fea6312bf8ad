"""What RQ workers do: open a transaction, call app, close it; no data in a job."""
