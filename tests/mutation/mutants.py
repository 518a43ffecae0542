"""All small bugs, in the order of the modules."""

import mutants_fix
import mutants_report
import mutants_text_toml

ALL = [*mutants_text_toml.MUTANTS, *mutants_fix.MUTANTS, *mutants_report.MUTANTS]
