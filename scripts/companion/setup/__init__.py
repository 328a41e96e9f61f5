"""The lowest room: what must be there before a program can be started. Packages, build directories, the toolchain."""
