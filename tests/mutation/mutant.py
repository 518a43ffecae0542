"""One small bug."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Mutant:
    """The old text is in the file once; the new one is wrong in the way that the sentence says."""
    name: str
    file: str
    old: str
    new: str
    wrong: str

    @property
    def module(self):
        """text for src/text/x.cpp and for include/katafix/text/x.hpp."""
        parts = self.file.split("/")
        return parts[1] if parts[0] == "src" else parts[2]
