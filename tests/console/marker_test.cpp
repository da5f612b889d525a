#include "platforms/console/marker.h"

#include <gtest/gtest.h>

#include "tests/console/screen.h"

namespace doorbell::console {
namespace {

class MarkerOnConsole : public ::testing::Test {
 protected:
  /// Where in `text` the marker is found: the bytes up to there, or -1.
  int found_in(const std::string& text) {
    int found = -1, bytes = 0;
    marker_.watch("go", [&] { found = bytes; });
    for (const char character : text) {
      ++bytes;
      marker_.put(static_cast<std::uint8_t>(character), 0);
    }
    return found;
  }

  Screen screen_;
  Marker marker_{screen_};
};

TEST_F(MarkerOnConsole, FindsItsTextAtTheStartOfALine) {
  EXPECT_EQ(found_in("first\r\ngo on\r\n"), 9);
}

TEST_F(MarkerOnConsole, FindsItInTheVeryFirstLine) {
  EXPECT_EQ(found_in("go\n"), 2);
}

// A shell's prompt, the echo of what is typed, and then what that prints.
TEST_F(MarkerOnConsole, DoesNotTakeTheEchoOfACommandForItsOutput) {
  EXPECT_EQ(found_in("\n# echo go\r\ngo\r\n"), 14);
}

TEST_F(MarkerOnConsole, DoesNotTakeTheEndOfALongerWordForIt) {
  EXPECT_EQ(found_in("ggo\n go\ngxo\n"), -1);
}

TEST_F(MarkerOnConsole, IsToldOnce) {
  int times = 0;
  marker_.watch("go", [&] { ++times; });
  for (const char character : std::string("go\ngo\n"))
    marker_.put(static_cast<std::uint8_t>(character), 0);
  EXPECT_EQ(times, 1);
}

// The rest of the line that the first text begins is no start of a line.
TEST_F(MarkerOnConsole, WatchesForTheNextTextFromTheNextLineOn) {
  EXPECT_EQ(found_in("first\nx"), -1);
  EXPECT_EQ(found_in("go\n"), -1);
  EXPECT_EQ(found_in("go\n"), 2);
}

TEST_F(MarkerOnConsole, HandsEverythingOn) {
  found_in("a\r\ngo");
  EXPECT_EQ(screen_.text, "a\r\ngo");
}

}  // namespace
}  // namespace doorbell::console
