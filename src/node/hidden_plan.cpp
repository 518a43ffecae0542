#include "discovery.hpp"
#include "hidden.hpp"
#include "text/quote.hpp"

#include <utility>

namespace katafix {

namespace {

// Text in text in text is as deep as anybody hides a config.
constexpr std::size_t kDeepest = 3;

class HiddenPlanner {
 public:
  HiddenPlanner(NodeFiles& files, const std::string& whole, BlockOptions options,
                PlannedFile& planned)
      : files_(files), whole_(whole), options_(std::move(options)), planned_(planned) {
    options_.plan.purpose = Purpose::report;
  }

  /// `commands` take the source out of the file.
  void look_at(const Source& source, const std::string& commands, std::size_t depth) {
    const bool is_file = depth == 0;
    const std::string name = is_file ? shell_quoted(source.path()) : "";
    for (const Hidden& hidden : find_hidden(source, name)) {
      if (is_file) {
        begin_ = hidden.begin;
      }
      take(hidden, is_file ? hidden.command : commands + " | " + hidden.command, depth);
    }
  }

 private:
  void take(const Hidden& hidden, const std::string& commands, std::size_t depth) {
    if (hidden.text.empty()) {
      tell(Severity::warning, "what may be an engine's config is hidden in " + hidden.way + " here",
           "look into it: " + commands + " | katafix check -");
      return;
    }
    // No file has such a name.
    const std::string name = planned_.path + '\0' + "hidden " + std::to_string(++number_);
    const LoadedFile& file = files_.add(name, hidden.text);
    for (HandlerReport& handler : handlers_in(file)) {
      take(std::move(handler), hidden, commands);
    }
    if (depth < kDeepest) {
      look_at(*file.source, commands, depth + 1);
    }
    files_.forget(name);
  }

  /// Those of a config, or of the blocks in a text.
  std::vector<HandlerReport> handlers_in(const LoadedFile& file) {
    if (!file.document) {
      const Blocks blocks = find_blocks(*file.source);
      return std::move(
          plan_blocks(files_, file, blocks, whole_, options_).files.front().fix.handlers);
    }
    const EngineTree tree = tree_of_file(files_, file, whole_, options_.engine);
    return std::move(
        plan_tree(files_, tree, options_.releases(tree), options_.plan).files.front().fix.handlers);
  }

  void take(HandlerReport handler, const Hidden& hidden, const std::string& commands) {
    const Position at = planned_.file->source->position(begin_);
    handler.file = planned_.path;
    handler.line = at.line;
    handler.column = at.column;
    if (handler.evidence) {
      handler.evidence->line = at.line;
    }
    if (handler.action != Action::none && handler.action != Action::skip) {
      handler.action = Action::refuse;
      handler.reason = "it is hidden in " + hidden.way;
      tell(Severity::error,
           "the Kata handler " + handler.name + " needs the flag, and is hidden in " + hidden.way +
               ", which katafix does not edit",
           "set the flag in what this prints, and put it back: " + commands);
    }
    planned_.fix.handlers.push_back(std::move(handler));
  }

  void tell(Severity severity, std::string message, std::string advice) {
    planned_.fix.findings.push_back(finding_in(Code::hidden_text, severity, *planned_.file->source,
                                               begin_, std::move(message), std::move(advice)));
  }

  NodeFiles& files_;
  const std::string& whole_;
  BlockOptions options_;
  PlannedFile& planned_;
  std::size_t begin_ = 0;   // of the hidden text in the file
  std::size_t number_ = 0;  // of texts that were taken out
};

}  // namespace

void plan_hidden(NodeFiles& files, const LoadedFile& file, const std::string& whole,
                 const BlockOptions& options, PlannedFile& planned) {
  HiddenPlanner(files, whole, options, planned).look_at(*file.source, "", 0);
}

}  // namespace katafix
