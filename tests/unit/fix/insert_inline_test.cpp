#include "fix/fixed.hpp"

namespace katafix {
namespace {

using test::check_fixed;

const std::string kRuntimes = "[crio.runtime.runtimes]\n";

TEST_CASE("In an inline table the flag goes right behind the evidence", "[fix]") {
  check_fixed(kRuntimes + "kata = { a = 1, runtime_type = 'vm', b = 2 } # x\n",
              kRuntimes + "kata = { a = 1, runtime_type = 'vm', @, b = 2 } # x\n");
  check_fixed(kRuntimes + "kata={runtime_type='vm'}\n",
              kRuntimes + "kata={runtime_type='vm', @}\n");
  check_fixed(kRuntimes + "kata = { runtime_type = 'vm' }",
              kRuntimes + "kata = { runtime_type = 'vm', @ }");
}

TEST_CASE("In an inline table without the evidence the flag goes behind the last value", "[fix]") {
  check_fixed(kRuntimes + "kata = { b = 1, a = '}' }\n",
              kRuntimes + "kata = { b = 1, a = '}', @ }\n");
  check_fixed(
      "[plugins.cri.containerd.runtimes]\nk = { options = { BinaryName = 'kata-fc' }, a = 1 }\n",
      "[plugins.cri.containerd.runtimes]\nk = { options = { BinaryName = 'kata-fc' }, a = 1, @ "
      "}\n");
  check_fixed(
      "[plugins.cri.containerd.runtimes]\nk = { a = 1, options.BinaryName = 'kata-fc' }\n",
      "[plugins.cri.containerd.runtimes]\nk = { a = 1, options.BinaryName = 'kata-fc', @ }\n");
}

TEST_CASE("An empty inline table is filled", "[fix]") {
  for (const char* empty : {"{}", "{ }"}) {
    check_fixed(kRuntimes + "kata = " + empty + " # x\n", kRuntimes + "kata = { @ } # x\n");
  }
}

TEST_CASE("An inline table further up holds the flag with the prefix of the evidence", "[fix]") {
  check_fixed("[crio.runtime]\nruntimes = { kata.runtime_type = 'vm', x.y = 1 }\n",
              "[crio.runtime]\nruntimes = { kata.runtime_type = 'vm', kata.@, x.y = 1 }\n");
  check_fixed("crio = { runtime . runtimes.\"kata\" .runtime_type = 'vm' }\n",
              "crio = { runtime . runtimes.\"kata\" .runtime_type = 'vm', runtime . "
              "runtimes.\"kata\".@ }\n");
  check_fixed("crio = {runtime = {runtimes = {kata = {runtime_type = 'vm'}}}}\n",
              "crio = {runtime = {runtimes = {kata = {runtime_type = 'vm', @}}}}\n");
}

TEST_CASE("In an inline table of several lines the flag stays on the line of the evidence",
          "[fix]") {
  check_fixed(kRuntimes + "kata = {\n  runtime_type = 'vm', # why\n  b = 1,\n}\n",
              kRuntimes + "kata = {\n  runtime_type = 'vm', @, # why\n  b = 1,\n}\n");
  check_fixed(kRuntimes + "kata = {\r\n  runtime_type = 'vm'\r\n}\r\n",
              kRuntimes + "kata = {\r\n  runtime_type = 'vm', @\r\n}\r\n");
}

TEST_CASE("An inline table with only a comment keeps it", "[fix]") {
  check_fixed(kRuntimes + "kata = { # why\n}\n", kRuntimes + "kata = { @ # why\n}\n");
  check_fixed(kRuntimes + "kata = {\n  # why\n}\n", kRuntimes + "kata = { @\n  # why\n}\n");
}

TEST_CASE("Two handlers in one inline table are both fixed", "[fix]") {
  check_fixed(
      "[crio.runtime]\nruntimes = { a = { runtime_type = 'vm' }, b = { runtime_type = 'vm' } }\n",
      "[crio.runtime]\nruntimes = { a = { runtime_type = 'vm', @ }, b = { runtime_type = 'vm', @ } "
      "}\n");
}

}  // namespace
}  // namespace katafix
