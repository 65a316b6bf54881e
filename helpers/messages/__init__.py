"""What learners are told: what an error usually means, the traps and their names, and how a message looks."""
