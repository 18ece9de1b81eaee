"""The runner: the whole suite on one machine, with nothing to install beside Python."""
