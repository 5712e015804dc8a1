"""Head slices, from the orbits to the vertex."""
