"""The register of insured persons and the state's registers of people, played on the loopback."""
