"""Railway as a Pulumi provider: what its resources are, and the plugin that serves them to the engine."""
