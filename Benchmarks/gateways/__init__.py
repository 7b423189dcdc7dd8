"""The gateway benchmark: Sluice and others before the same upstream, under the same load, in one run."""
