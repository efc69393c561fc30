"""Teams: read to fields, written for the simulator, drawn for seats that bring none."""
