"""What is behind scripts/lesson: it sets up what the programs need, starts them, and shows what they do."""
