"""The probes of the symptom index: for each trap a line to paste, and what it prints for a healthy and a sick loop."""

from helpers.symptoms.old_code import old_and_new, silent_differences
from helpers.symptoms.showing import healthy_and_sick, messages

__all__ = ["healthy_and_sick", "messages", "old_and_new", "silent_differences"]
