"""How two processes talk about an implementation: the wire, the proxy, the agent's side.

Only data travels. What cannot travel stays where it lives and is known by a handle.
"""
