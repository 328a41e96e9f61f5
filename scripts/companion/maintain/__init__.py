"""Work on the project itself, which no student needs: benchmarks."""
