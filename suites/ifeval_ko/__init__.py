"""The suite of IFEval-Ko."""
