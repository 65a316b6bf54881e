"""What the notebooks import: data sets, figures and, as the lessons derive them, training loops."""
