"""The `arena` command: each command is a few lines over the packages beside it."""
