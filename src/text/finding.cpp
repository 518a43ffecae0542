#include "katafix/text/finding.hpp"

#include <utility>

namespace katafix {

std::string_view code_name(Code code) {
  switch (code) {
    case Code::bad_usage:
      return "bad-usage";
    case Code::unreadable:
      return "unreadable";
    case Code::not_a_file:
      return "not-a-file";
    case Code::too_large:
      return "too-large";
    case Code::invalid_encoding:
      return "invalid-encoding";
    case Code::invalid_toml:
      return "invalid-toml";
    case Code::key_too_deep:
      return "key-too-deep";
    case Code::bare_key_not_ascii:
      return "bare-key-not-ascii";
    case Code::jinja_template:
      return "jinja-template";
    case Code::invalid_template:
      return "invalid-template";
    case Code::refused:
      return "refused";
    case Code::generated_file:
      return "generated-file";
    case Code::managed_file:
      return "managed-file";
    case Code::read_only_file:
      return "read-only-file";
    case Code::maybe_kata:
      return "maybe-kata";
    case Code::skipped_shim:
      return "skipped-shim";
    case Code::partial_handler:
      return "partial-handler";
    case Code::inherits_unknown:
      return "inherits-unknown";
    case Code::flag_spelling:
      return "flag-spelling";
    case Code::other_engine:
      return "other-engine";
    case Code::handler_not_found:
      return "handler-not-found";
    case Code::no_kata:
      return "no-kata";
    case Code::no_config:
      return "no-config";
    case Code::engine_refuses:
      return "engine-refuses";
    case Code::conflict:
      return "conflict";
    case Code::locked:
      return "locked";
    case Code::unsafe_target:
      return "unsafe-target";
    case Code::bad_backup_dir:
      return "bad-backup-dir";
    case Code::write_failed:
      return "write-failed";
    case Code::partly_written:
      return "partly-written";
    case Code::bad_backup:
      return "bad-backup";
    case Code::no_such_run:
      return "no-such-run";
  }
  return "unknown";
}

int exit_status(Code code) { return code == Code::partly_written ? 3 : 2; }

Error::Error(Code code, std::string file, std::string message, std::string advice)
    : finding_{code, Severity::error, std::move(file), {}, std::move(message), std::move(advice),
               {}} {}

Error::Error(Code code, const Source& source, std::size_t offset, std::string message,
             std::string advice)
    : finding_{code,
               Severity::error,
               source.path(),
               source.position(offset),
               std::move(message),
               std::move(advice),
               {}} {
  finding_.excerpt = source.text(source.line(finding_.at.line));
}

}  // namespace katafix
