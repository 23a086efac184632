"""Writing env.xml: templates, obstacles and number formats."""
