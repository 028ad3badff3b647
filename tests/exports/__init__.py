"""Tests of notebooks in other forms, with real nbconvert and Pygments."""
