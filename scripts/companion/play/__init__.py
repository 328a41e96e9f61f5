"""Lessons and scenes, and the stage on which the programs of a scene run."""
