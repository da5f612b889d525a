#include "platforms/console/escape_keys.h"

#include <gtest/gtest.h>

#include <string>

namespace doorbell::console {
namespace {

using Meaning = EscapeKeys::Meaning;

TEST(EscapeKeys, AreThoseAfterCtrlA) {
  EscapeKeys keys;
  std::string typed;
  std::string meanings;
  for (const char character : std::string("xh\x01xa\x01h\x01?\x01q\x01\x01x\x01\x61z")) {
    auto key = static_cast<std::uint8_t>(character);
    const Meaning meaning = keys.meaning_of(key);
    meanings += "t-eh"[static_cast<int>(meaning)];
    if (meaning == Meaning::typed) typed += static_cast<char>(key);
  }
  EXPECT_EQ(meanings, "tt-et-h-h---tt-tt");
  EXPECT_EQ(typed, "xha\x01x\x01z");
}

}  // namespace
}  // namespace doorbell::console
