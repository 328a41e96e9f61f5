"""What a run has recorded: its events, read from the recorders and from strace, and the kernel model made from them."""
