"""What every test may lean on: a pytest plugin, factories that use the real services, tiny tables with a known answer."""
