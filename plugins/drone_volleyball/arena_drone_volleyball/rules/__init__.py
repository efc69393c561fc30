"""What is a fault, who may hit, and who scores."""
