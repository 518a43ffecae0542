"""All small bugs, in the order of the modules."""

import mutants_engine
import mutants_fix
import mutants_node
import mutants_report
import mutants_text_toml

ALL = [*mutants_text_toml.MUTANTS, *mutants_engine.MUTANTS, *mutants_fix.MUTANTS, *mutants_node.MUTANTS,
       *mutants_report.MUTANTS]
