"""The suite of ClinicalQA."""
