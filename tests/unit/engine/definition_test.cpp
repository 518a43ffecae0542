#include "katafix/engine/definition.hpp"

#include "toml/parsed.hpp"

#include <string>
#include <vector>

namespace katafix {
namespace {

using test::Parsed;
using Names = std::vector<std::string>;

Names names_in(const std::string& text, Engine engine) {
  const Parsed parsed(text);
  Names names;
  for (const Definition& handler : find_definitions(parsed.document, engine).handlers) {
    names.push_back(handler.name);
  }
  return names;
}

TEST_CASE("Every place of containerd that defines a handler is found", "[engine]") {
  for (const char* plugin :
       {"cri", "\"io.containerd.grpc.v1.cri\"", "'io.containerd.cri.v1.runtime'"}) {
    const std::string base = std::string("[plugins.") + plugin + ".containerd";
    CAPTURE(base);
    CHECK(names_in(base + ".runtimes.kata]\n", Engine::containerd) == Names{"kata"});
    CHECK(names_in(base + ".runtimes]\nkata = {}\nx.runtime_type = ''\n", Engine::containerd) ==
          Names{"kata", "x"});
    CHECK(names_in(base + ".runtimes.\"a.b\"]\n", Engine::containerd) == Names{"a.b"});
    CHECK(names_in(base + ".default_runtime]\n", Engine::containerd) == Names{"default_runtime"});
    CHECK(names_in(base + ".untrusted_workload_runtime]\n", Engine::containerd) ==
          Names{"untrusted_workload_runtime"});
    CHECK(names_in(base + ".runtimes.kata.options]\n", Engine::containerd) == Names{"kata"});
  }
}

TEST_CASE("Tables that only look like containerd's handlers are none", "[engine]") {
  for (const char* header :
       {"[plugins.\"io.containerd.cri.v1.images\".runtime_platforms.kata]",
        "[plugins.\"io.containerd.cri.v1.images\".containerd.runtimes.kata]",
        "[plugins.\"IO.containerd.grpc.v1.cri\".containerd.runtimes.kata]",
        "[plugins.CRI.containerd.runtimes.kata]", "[containerd.runtimes.kata]",
        "[plugins.cri.runtimes.kata]", "[plugins.linux.containerd.runtimes.kata]",
        "[crio.runtime.runtimes.kata]"}) {
    CAPTURE(header);
    CHECK(names_in(std::string(header) + "\n", Engine::containerd).empty());
  }
  CHECK(names_in("plugins.cri.containerd.runtimes.kata = 'x'", Engine::containerd).empty());
  CHECK(names_in("plugins.cri.containerd.default_runtime = 'x'", Engine::containerd).empty());
}

TEST_CASE("Every handler of CRI-O is found", "[engine]") {
  CHECK(names_in("[crio.runtime.runtimes.kata]\n", Engine::crio) == Names{"kata"});
  CHECK(names_in("crio = { runtime.runtimes.kata = {} }", Engine::crio) == Names{"kata"});
  CHECK(names_in("[crio.runtimes.kata]\n[crio.runtime.kata]\n", Engine::crio).empty());
}

TEST_CASE("Table names match in any case but handlers keep theirs", "[engine]") {
  CHECK(names_in("[Plugins.cri.ContainerD.RUNTIMES.Kata]\n", Engine::containerd) == Names{"Kata"});
  CHECK(names_in("[CRIO.Runtime.runTimes.KATA]\n", Engine::crio) == Names{"KATA"});
  CHECK(names_in("[plugins.cri.containerd.Default_Runtime]\n", Engine::containerd) ==
        Names{"default_runtime"});
}

TEST_CASE("Handlers come in the order of the file", "[engine]") {
  const std::string text =
      "[plugins.\"io.containerd.cri.v1.runtime\".containerd.runtimes.z]\n"
      "[plugins.cri.containerd.default_runtime]\n"
      "[plugins.cri.containerd.runtimes.b]\n[plugins.cri.containerd.runtimes.a]\n";
  CHECK(names_in(text, Engine::containerd) == Names{"z", "default_runtime", "b", "a"});
}

TEST_CASE("A handler has its settings with their places", "[engine]") {
  const Parsed parsed(
      "[plugins.cri.containerd.runtimes.kata]\n"
      "  runtime_type = \"io.containerd.kata.v2\"\n  'runtime_path' = '/opt/k'\n"
      "  RUNTIME_ENGINE = \"e\"\n  options = { BinaryName = \"b\" }\n");
  const Definitions found = find_definitions(parsed.document, Engine::containerd);
  REQUIRE(found.handlers.size() == 1);
  const Definition& handler = found.handlers[0];
  REQUIRE(handler.setting("runtime_type") != nullptr);
  CHECK(handler.setting("runtime_type")->name == "runtime_type");
  CHECK(handler.setting("runtime_type")->value == "io.containerd.kata.v2");
  CHECK(parsed.written(handler.setting("runtime_type")->key) == "runtime_type");
  CHECK(parsed.written(handler.setting("runtime_type")->token) == "\"io.containerd.kata.v2\"");
  REQUIRE(handler.setting("runtime_path") != nullptr);
  CHECK(handler.setting("runtime_path")->value == "/opt/k");
  CHECK(parsed.written(handler.setting("runtime_path")->key) == "'runtime_path'");
  REQUIRE(handler.setting("runtime_engine") != nullptr);
  CHECK(handler.setting("runtime_engine")->name == "runtime_engine");
  REQUIRE(handler.setting("options.BinaryName") != nullptr);
  CHECK(handler.setting("options.BinaryName")->name == "options.BinaryName");
  CHECK(handler.setting("options.BinaryName")->value == "b");
  CHECK(handler.has_other_keys);
  CHECK(handler.has_identity());
  CHECK(handler.path == KeyPath{"plugins", "cri", "containerd", "runtimes", "kata"});
}

TEST_CASE("Settings that are empty or no strings count as absent", "[engine]") {
  const Parsed parsed(
      "[crio.runtime.runtimes.kata]\nruntime_type = ''\nruntime_path = 1\nruntime_engine = []\n");
  const Definitions found = find_definitions(parsed.document, Engine::crio);
  const Definition& handler = found.handlers.at(0);
  CHECK(handler.setting("runtime_type") == nullptr);
  CHECK(handler.setting("runtime_path") == nullptr);
  CHECK(handler.setting("runtime_engine") == nullptr);
  CHECK_FALSE(handler.has_identity());
  CHECK(handler.has_other_keys);
}

TEST_CASE("Of a setting in two spellings the first in the file counts", "[engine]") {
  for (const char* text : {"Runtime_Type = 'first'\nruntime_type = 'second'\n",
                           "runtime_type = 'first'\nRuntime_Type = 'second'\n"}) {
    const Parsed parsed(std::string("[crio.runtime.runtimes.k]\n") + text);
    const Definitions found = find_definitions(parsed.document, Engine::crio);
    CHECK(found.handlers.at(0).setting("runtime_type")->value == "first");
  }
}

TEST_CASE("The flag is found in any spelling and in the order of the file", "[engine]") {
  const Parsed parsed(
      "[crio.runtime.runtimes.k]\nprivileged_without_host_devices = true\n"
      "Privileged_Without_Host_Devices = false\n'PRIVILEGED_WITHOUT_HOST_DEVICES' = 'true'\n");
  const Definitions found = find_definitions(parsed.document, Engine::crio);
  const Definition& handler = found.handlers.at(0);
  REQUIRE(handler.flags.size() == 3);
  CHECK(handler.flags[0].name == "privileged_without_host_devices");
  CHECK(handler.flags[0].is_true);
  CHECK(handler.flags[1].name == "Privileged_Without_Host_Devices");
  CHECK_FALSE(handler.flags[1].is_true);
  CHECK_FALSE(handler.flags[2].is_true);
  CHECK(parsed.written(handler.flags[2].token) == "'true'");
  CHECK_FALSE(handler.flag_is_set());
  CHECK_FALSE(handler.has_other_keys);
}

TEST_CASE("Keys that only look like the flag are none", "[engine]") {
  const Parsed parsed(
      "[crio.runtime.runtimes.k]\nprivileged_without_host_devices_all_devices_allowed = true\n"
      "privileged-without-host-devices = true\noptions.privileged_without_host_devices = true\n");
  const Definitions found = find_definitions(parsed.document, Engine::crio);
  CHECK(found.handlers.at(0).flags.empty());
  CHECK_FALSE(found.handlers.at(0).flag_is_set());
}

TEST_CASE("A flag that is a table is structure", "[engine]") {
  for (const char* text : {"privileged_without_host_devices = {}\n",
                           "[crio.runtime.runtimes.k.privileged_without_host_devices]\n",
                           "[[crio.runtime.runtimes.k.privileged_without_host_devices]]\n"}) {
    const Parsed parsed(std::string("[crio.runtime.runtimes.k]\n") + text);
    const Definitions found = find_definitions(parsed.document, Engine::crio);
    REQUIRE(found.handlers.at(0).flags.size() == 1);
    CHECK(found.handlers.at(0).flags[0].is_structure);
  }
  const Parsed array("[crio.runtime.runtimes.k]\nprivileged_without_host_devices = [true]\n");
  CHECK_FALSE(
      find_definitions(array.document, Engine::crio).handlers.at(0).flags.at(0).is_structure);
}

TEST_CASE("A handler in an array of tables is marked as one", "[engine]") {
  for (const char* header :
       {"[[crio.runtime.runtimes.kata]]", "[[crio.runtime.runtimes]]\nkata = {}",
        "[[crio]]\n[crio.runtime.runtimes.kata]"}) {
    CAPTURE(header);
    const Parsed parsed(std::string(header) + "\n");
    const Definitions found = find_definitions(parsed.document, Engine::crio);
    REQUIRE(found.handlers.size() == 1);
    CHECK(found.handlers[0].in_array);
  }
}

TEST_CASE("All places of a name are found together and in the order of the file", "[engine]") {
  const Parsed parsed(
      "[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.b]\n"
      "[plugins.cri.containerd.runtimes.a]\n[plugins.cri.containerd.runtimes.b]\n");
  const Definitions found = find_definitions(parsed.document, Engine::containerd);
  const auto both = found.named("b");
  REQUIRE(both.size() == 2);
  CHECK(both[0]->key < both[1]->key);
  CHECK(found.named("a").size() == 1);
  CHECK(found.named("c").empty());
}

TEST_CASE("The default handler of CRI-O is known", "[engine]") {
  const Parsed parsed("[crio.runtime]\nDefault_Runtime = \"kata\"\n");
  CHECK(find_definitions(parsed.document, Engine::crio).default_runtime == "kata");
  const Parsed none("[crio.runtime]\ndefault_runtime = 1\n");
  CHECK(find_definitions(none.document, Engine::crio).default_runtime.empty());
}

TEST_CASE("Engines are named as on the command line", "[engine]") {
  CHECK(engine_name(Engine::containerd) == "containerd");
  CHECK(engine_name(Engine::crio) == "crio");
}

}  // namespace
}  // namespace katafix
