"""The same pages written by others' ways, to compare with; nothing of Qunluo is imported here."""
