"""The error of a command when the course, not the program, is at fault."""


class CourseError(Exception):
    """The course, its source or the command's arguments are wrong; one line says what and where."""
