"""Small bugs in bytes, lines and TOML."""

from mutant import Mutant

DIFF, EDIT, SOURCE = "src/text/diff.cpp", "src/text/edit.cpp", "src/text/source.cpp"
GUARD, MASK = "src/toml/guard.cpp", "src/toml/mask.cpp"

MUTANTS = [
    Mutant("text.edits-may-overlap", EDIT,
           "edit.span.begin < done || edit.span.end < edit.span.begin", "edit.span.end < edit.span.begin",
           "Edits that overlap are made."),
    Mutant("text.one-line-of-context-less", DIFF,
           "constexpr std::size_t kContext = 3;", "constexpr std::size_t kContext = 2;",
           "A diff has less context than patch and people expect."),
    Mutant("text.hunks-touch", DIFF,
           "(to - 1)->last + 2 * kContext", "(to - 1)->last + kContext",
           "Hunks of near edits overlap."),
    Mutant("text.a-new-last-line-has-a-newline", DIFF,
           "if (!line.ends_with('\\n')) {", "if (line.empty()) {",
           "A diff does not say that the last line has no newline."),
    Mutant("text.blank-in-a-name", DIFF,
           "path.find(' ') == std::string_view::npos", "path.find('\\t') == std::string_view::npos",
           "patch cuts a name at its first blank."),
    Mutant("text.byte-order-mark-is-a-column", SOURCE,
           "begins.push_back(first);", "begins.push_back(0);",
           "The first line begins with its byte order mark."),
    Mutant("text.columns-in-bytes", SOURCE,
           "return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }", "return byte != '\\0'; }",
           "Columns count bytes."),
    Mutant("text.crlf-is-lf", SOURCE,
           'if (whole.ends_with("\\r\\n")) {', 'if (whole == "\\r\\n") {',
           "Lines with CRLF seem to end with a line feed alone."),
    Mutant("toml.sixteen-mebibytes-are-too-many", GUARD,
           "if (bytes.size() > kMaxFileSize) {", "if (bytes.size() >= kMaxFileSize) {",
           "A file of exactly the largest size is refused."),
    Mutant("toml.hash-in-a-string-is-a-comment", GUARD,
           "if (byte == '\"' || byte == '\\'') {", "if (byte == '\"') {",
           "What a literal string holds is taken for keys and comments."),
    Mutant("toml.directives-in-strings-are-outside", MASK,
           "directives_[next_].in_string = true;", "directives_[next_].in_string = next_ > 0;",
           "The first directive of a template counts as outside a string."),
    Mutant("toml.escaped-quotes-end-strings", "src/toml/lexer.cpp",
           "const bool escapes = text[at] == '\\\\' && quotes[0] == '\"';",
           "const bool escapes = text[at] == '\\\\' && quotes[0] == '\\'';",
           "An escaped quote ends a string of a template."),
]
