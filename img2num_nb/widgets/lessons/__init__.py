"""The figures of the lessons: Python that computes, JavaScript that draws."""
