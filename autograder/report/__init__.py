"""What people read after grading: a feedback page for every student."""
