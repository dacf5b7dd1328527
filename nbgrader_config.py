from autograder.batch.nbgrader import configure

configure(get_config(), __file__)  # noqa: F821  (nbgrader gives get_config)
