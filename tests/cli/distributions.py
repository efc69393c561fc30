"""Distributions that pip would install, laid out in a folder for PYTHONPATH."""


def install(folder, name, source):
    """A plugin of one module, `arena_NAME`, as an installed distribution has it."""
    metadata = folder / f"arena_{name}-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: arena-{name}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[arena]\n{name} = arena_{name}\n")
    (folder / f"arena_{name}.py").write_text(source)
