#include <catch2/catch.hpp>
#include <random>

#include "core/base64.hpp"

using namespace duban;

TEST_CASE("base64 gives the test vectors of RFC 4648") {
  CHECK(base64::encode("") == "");
  CHECK(base64::encode("f") == "Zg==");
  CHECK(base64::encode("fo") == "Zm8=");
  CHECK(base64::encode("foo") == "Zm9v");
  CHECK(base64::encode("foobar") == "Zm9vYmFy");
}

TEST_CASE("base64 gives back every byte") {
  std::mt19937_64 random(7);
  for (size_t size = 0; size < 300; ++size) {
    std::string bytes;
    for (size_t i = 0; i < size; ++i) bytes += static_cast<char>(random());
    CHECK(base64::decode(base64::encode(bytes)) == bytes);
  }
}

TEST_CASE("base64 refuses what it would not write") {
  for (const char* text : {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zm9v=m8=", "Zm 9", "Zm9-"}) {
    INFO(text);
    CHECK_FALSE(base64::decode(text).has_value());
  }
}
