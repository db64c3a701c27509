"""The OMS policy of a person and the register of insured persons."""
