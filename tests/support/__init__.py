"""What several tests need: a tiny course, commands, submissions, servers."""
