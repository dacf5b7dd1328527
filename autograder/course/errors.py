"""What a command tells a person when the course, not the program, is at fault."""


class CourseError(Exception):
    """The course, its source or the command's words are wrong; one line says what and where."""
