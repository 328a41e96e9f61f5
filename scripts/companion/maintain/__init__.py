"""Work on the project itself, which no student needs: tests, the form of sources, benchmarks."""
