"""Kernels for submissions: a session with a real ipykernel, and the agent inside it."""
