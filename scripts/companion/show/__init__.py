"""What a person sees of a run: lines, lanes, tables, diagrams, the demo."""
