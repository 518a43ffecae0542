#include "node/crio_node.hpp"
#include "support.hpp"

#include <string>
#include <vector>

namespace katafix {
namespace {

using namespace test;

struct Typed {
  std::string setting;
  std::string last_to_take;  // empty: none takes it
  std::string first_to_refuse;
};

TEST_CASE("CRI-O refuses a value of the wrong type from the release that knows the key", "[node]") {
  const std::vector<Typed> cases = {
      {"privileged_without_host_devices = 'true'", "1.16.1", "1.16.2"},
      {"privileged_without_host_devices = 1", "", "1.24"},
      {"privileged_without_host_devices = 1.0", "", "1.24"},
      {"privileged_without_host_devices = []", "", "1.24"},
      {"privileged_without_host_devices = {}", "", "1.24"},
      {"runtime_path = true", "", "1.18"},
      {"Runtime_Type = 1", "", "1.18"},
      {"runtime_root = 1979-05-27", "", "1.18"},
      {"allowed_annotations = 'a'", "1.19", "1.20"},
      {"allowed_annotations = [1]", "1.19", "1.20"},
      {"runtime_config_path = 1", "1.21", "1.22"},
      {"monitor_env = 'A=B'", "1.23", "1.24"},
      {"platform_runtime_paths = { x = 1 }", "1.27", "1.28"},
      {"runtime_pull_image = 'true'", "1.28", "1.29"},
      {"container_min_memory = 12", "1.29", "1.30"},
      {"no_sync_log = 1", "1.30", "1.31"},
      {"inherit_default_runtime = 'true'", "1.31", "1.32"},
      {"default_annotations = { x = true }", "1.31", "1.32"},
      {"stream_websockets = 'no'", "1.33", "1.34"},
      {"container_create_timeout = 1.5", "1.34", "1.35"},
      {"container_create_timeout = 1979-05-27T07:32:00Z", "1.34", "1.35"},
  };
  for (const Typed& typed : cases) {
    CAPTURE(typed.setting);
    const std::string text = "[crio.runtime.runtimes.runc]\n" + typed.setting + "\n";
    if (!typed.last_to_take.empty()) {
      CHECK(view(text, typed.last_to_take).accepted());
    }
    for (const std::string& version : {typed.first_to_refuse, std::string("1.99")}) {
      const Viewed effective = view(text, version);
      CHECK_FALSE(effective.accepted());
      CHECK(effective.refusal->at.line == 2);
      CHECK(says(effective, "/etc/crio/crio.conf:2: "));
    }
  }
}

TEST_CASE("CRI-O refuses wrong types on the way to its handlers, too; others are its own question",
          "[node]") {
  for (const char* text :
       {"crio = 1\n", "[crio]\nruntime = 'x'\n", "[[crio]]\n", "[[crio.runtime.runtimes.kata]]\n",
        "[crio.runtime.runtimes]\nkata = 'x'\n", "[crio.runtime]\nruntimes = 1\n",
        "[crio.runtime]\ndefault_runtime = 1\n"}) {
    CAPTURE(text);
    CHECK_FALSE(view(text).accepted());
  }
  for (const char* text : {"[crio.runtime]\nprivileged_without_host_devices = 'x'\n", "x = 1\n",
                           "[crio.runtime]\nlog_level = 1\n", "[crio.image]\npause_image = 1\n",
                           "x = { a = 1, }\ny = \"\\e\"\n"}) {
    CAPTURE(text);
    CHECK(view(text).accepted());
  }
}

TEST_CASE("The first file that CRI-O cannot read ends it", "[node]") {
  FakeNode node;
  node.files[kMain] = kKata;
  node.files[drop_in("10.bak")] = "<<<<<<< mine\n";
  node.files[drop_in("20")] = kFlagTrue + "= \n";
  const Viewed effective = view(node);
  CHECK_FALSE(effective.accepted());
  CHECK(effective.refusal->file == drop_in("10.bak"));
  CHECK(effective.refusal->at.line == 1);
  CHECK(effective.files == std::vector<std::string>{kMain, drop_in("10.bak")});
  CHECK(effective.handlers.all().empty());

  node.files[drop_in("10.bak")] = "# r\xE9glage\n";
  CHECK_FALSE(view(node).accepted());
  node.files[drop_in("10.bak")] = "{{ if .X }}\n[a]\n{{ end }}\n";
  CHECK(says(view(node), "template"));
  node.files[drop_in("10.bak")] = "";
  CHECK(view(node).refusal->file == drop_in("20"));
}

}  // namespace
}  // namespace katafix
