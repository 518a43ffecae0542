#include "private_copy.hpp"

namespace katafix {

PrivateCopy::PrivateCopy(NodeFiles& files, const EngineTree& tree) {
  for (const StagedFile& file : staged_files(files, tree, stage_.path())) {
    stage_.add(file.path, file.bytes);
    files_.insert(file.id);
  }
}

PrivateCopy::PrivateCopy(const std::string& text) { stage_.add("/config.toml", text); }

std::string PrivateCopy::about_the_node(std::string text) const {
  const std::string& stage = stage_.path();
  for (std::size_t at = text.find(stage); at != std::string::npos; at = text.find(stage, at)) {
    text.erase(at, stage.size());
  }
  return text;
}

}  // namespace katafix
