#include "katafix/node/effective.hpp"

namespace katafix {

// Stands in until CRI-O's view is there.
Effective crio_effective(NodeFiles& /*files*/, const std::string& /*main*/,
                         const std::string& /*drop_in_directory*/, const std::string& version) {
  Effective effective;
  effective.engine = Engine::crio;
  effective.version = version;
  return effective;
}

}  // namespace katafix
