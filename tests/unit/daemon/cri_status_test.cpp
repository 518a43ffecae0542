#include "daemon/cri_status.hpp"

#include "catch.hpp"

using namespace katafix;

namespace {

std::string field(int number, const std::string& bytes) {
  REQUIRE(bytes.size() < 128);
  return std::string(1, static_cast<char>(number << 3 | 2)) + static_cast<char>(bytes.size()) +
         bytes;
}

std::string entry(const std::string& key, const std::string& value) {
  return field(2, field(1, key) + field(2, value));
}

constexpr std::string_view kRuntimes =
    R"({"containerd": {"runtimes": {
      "kata": {"runtimeType": "io.containerd.kata.v2", "privileged_without_host_devices": true},
      "kata-clh": {"privileged_without_host_devices": false},
      "odd": {"privileged_without_host_devices": "true"}, "older": {}, "odder": 1}}})";

}  // namespace

TEST_CASE("The config of a Status is found behind other fields of every wire type", "[daemon]") {
  const std::string others = field(1, "status") + std::string("\x18\xac\x02", 3) +
                             std::string(
                                 "\x21"
                                 "12345678") +
                             std::string(
                                 "\x2d"
                                 "1234");
  CHECK(config_in_status(others + entry("golang", "go1.24") + entry("config", "{}")) == "{}");
  CHECK(config_in_status(entry("config", "{}") + others) == "{}");
  CHECK(config_in_status(entry("config", "")) == "");
  // An entry's fields may come in any order.
  CHECK(config_in_status(field(2, field(2, "{}") + field(1, "config"))) == "{}");
}

TEST_CASE("A Status without a config, or cut off, has none", "[daemon]") {
  const std::string whole = field(1, "status") + entry("config", "{}");
  CHECK_FALSE(config_in_status(""));
  CHECK_FALSE(config_in_status(entry("golang", "go1.24")));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK_FALSE(config_in_status(whole.substr(0, size)));
  }
}

TEST_CASE("Lengths and groups that lead nowhere end a message", "[daemon]") {
  const std::string config = entry("config", "{}");
  for (const std::string& broken :
       {std::string("\x0b"), std::string("\x0f"), std::string("\x08") + std::string(10, '\xff'),
        std::string("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), std::string("\x09short")}) {
    CHECK_FALSE(config_in_status(broken + config));
  }
}

TEST_CASE("Only the boolean true is a flag that is in effect", "[daemon]") {
  const auto handlers = handlers_in_config(kRuntimes);
  REQUIRE(handlers);
  CHECK(
      *handlers ==
      std::map<std::string, bool, std::less<>>{
          {"kata", true}, {"kata-clh", false}, {"odd", false}, {"odder", false}, {"older", false}});
}

TEST_CASE("What holds no handlers is no config", "[daemon]") {
  for (const std::string_view json :
       {"", "{", "[]", "1", "null", R"({"containerd": 1})", R"({"containerd": ["runtimes"]})",
        R"({"containerd": {}})", R"({"containerd": {"runtimes": null}})",
        R"({"containerd": {"runtimes": ["kata"]}})",
        "{\"containerd\": {\"runtimes\": {\"\xff\": 1}}}"}) {
    CHECK_FALSE(handlers_in_config(json));
  }
}
