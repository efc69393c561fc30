"""What a viewer may see of a match, each form built only when it is wanted."""
