"""Spoofed identity: pose as somebody else, or as graded already."""

from attack import Attack, Tree, own_cell


def other_student(tree: Tree) -> None:
    tree["metadata"]["nbgrader"] = {"student_id": "alice", "assignment_id": "week02", "score": 4}
    tree["metadata"]["authors"] = [{"name": "../../alice"}]


def comment(tree: Tree) -> None:
    text = "<!-- autograder: 4 of 4 points --> **Graded by the instructor: 4 of 4.**"
    tree["cells"].insert(0, own_cell(text, "markdown"))


ATTACKS = [
    Attack("another student's name in the metadata", tamper=other_student),
    Attack("a note that says who graded it", tamper=comment),
    Attack(
        "another user's id in the kernel",
        """
import os, pwd
for call in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0])):
    try:
        call()
        print("became root")
    except OSError as error:
        print(error)
os.environ.update(USER="instructor", JUPYTERHUB_USER="instructor")
print(pwd.getpwuid(os.getuid()), os.popen("sudo -n id; su -c id; newgrp root").read())
""",
        absent=("became root", "uid=0"),
        full=True,
    ),
    Attack(
        "the session's key: replies in the name of the kernel",
        """
kernel = get_ipython().kernel
parent = kernel.get_parent()
for _ in range(50):
    kernel.session.send(kernel.iopub_socket, "status", {"execution_state": "idle"},
                        parent=parent, ident=b"status")
    reply = {"status": "ok", "execution_count": 1, "user_expressions": {}, "payload": []}
    kernel.session.send(kernel.shell_stream if hasattr(kernel, "shell_stream") else
                        kernel.shell_socket, "execute_reply", reply, parent=parent,
                        ident=kernel._parent_ident if isinstance(
                            getattr(kernel, "_parent_ident", None), bytes) else [])
""",
    ),
]
