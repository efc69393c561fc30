"""The bodies and the forces on them: quadrotors, a ball and a floor in MuJoCo."""
