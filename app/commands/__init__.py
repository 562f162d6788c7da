"""Groups of the `yinfeng` command, one file per group."""
