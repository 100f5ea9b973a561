"""What every operation does, written once for sync and async: `plan` decides, `ops` acts, `ports` carries."""
