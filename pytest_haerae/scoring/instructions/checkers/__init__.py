"""The instructions, a function each: a further one is a function in a file of this folder.

The names, their arguments and what is asked are IFEval's, from the table in the appendix of J. Zhou et al.,
"Instruction-following evaluation for large language models", arXiv:2311.07911 (2023); how Korean answers are counted
is written here. Where a rule differs from the program that the paper's authors published, its docstring says so.
"""
