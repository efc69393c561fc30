"""A match as pictures: what was flown, drawn as SVG, or rendered by MuJoCo as PNG and video."""
