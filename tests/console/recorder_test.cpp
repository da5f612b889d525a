#include "platforms/console/recorder.h"

#include <gmock/gmock.h>

#include <iterator>

#include "doorbell/core/arch/error.h"
#include "platforms/console/script_reader.h"
#include "tests/console/screen.h"
#include "tests/support/temporary_folder.h"

namespace doorbell::console {
namespace {

/// A guest that answers what is typed: what comes in at which time goes out a little later.
struct Guest {
  std::string log;

  void run(peripherals::Console& console) {
    Time now = 1000;
    put(console, "boot\r\n$ ", now);
    for (int round = 0; round < 40; ++round) {
      now += 100;
      while (console.next_input() <= now) {
        const Time at = std::max(now - 50, console.next_input());
        const std::uint8_t character = console.take_input(at);
        log += std::to_string(at) + static_cast<char>(character) + " ";
        if (character == '\n') {
          put(console, "\r\n$ ", now + 7);
        } else {
          console.put(character, now);
        }
      }
    }
  }
};

class RecorderTest : public testing::Test {
 protected:
  std::string written() const {
    std::ifstream file(name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  test::TemporaryFolder folder;
  const std::string name = folder / "script";
  Screen screen;
};

TEST_F(RecorderTest, WritesWhatAReaderUnderstands) {
  {
    Recorder recorder(screen, name, 0);
    put(recorder, "Debian 12\r\nlogin: ", 1 * microsecond);
    screen.type("root\n", 3 * microsecond);
    take(recorder, 3 * microsecond);
  }
  EXPECT_EQ(written(),
            "# Recorded by doorbell run --record-console.\n"
            "wait \"login: \"\ndelay 2us\ntype \"root\\n\"\n");
}

TEST_F(RecorderTest, WaitsForATextThatIsNowhereEarlier) {
  {
    Recorder recorder(screen, name, 0);
    put(recorder, "one\n$ \ntwo\n$ ", 5);
    screen.type("x", 5);
    take(recorder, 5);
  }
  EXPECT_THAT(written(), testing::HasSubstr("wait \"two\\n$ \"\ntype \"x\"\n"));
}

TEST_F(RecorderTest, WhatCameOutAheadOfTheKeyIsWaitedForLater) {
  {
    Recorder recorder(screen, name, 0);
    put(recorder, "a", 10);
    put(recorder, "b", 30);  // a processor that runs ahead
    screen.type("x", 20);
    take(recorder, 20);
    screen.type("y", 40);
    take(recorder, 40);
  }
  EXPECT_THAT(written(), testing::HasSubstr("wait \"a\"\ndelay 10ps\ntype \"x\"\n"
                                            "wait \"b\"\ndelay 10ps\ntype \"y\"\n"));
}

TEST_F(RecorderTest, CountsFromWhenACharacterBegan) {
  {
    Recorder recorder(screen, name, 100);
    put(recorder, "a", 1000);
    screen.type("x", 1000);
    recorder.take_input(1300);
  }
  EXPECT_THAT(written(), testing::HasSubstr("delay 200ps\n"));
}

TEST_F(RecorderTest, ItsScriptTypesTheSameAtTheSameTimes) {
  Guest recorded;
  {
    Recorder recorder(screen, name, 0);
    screen.type("ls\n", 1234);
    screen.type("pwd", 2345);
    screen.type("\n", 2346);
    screen.type("exit\n", 4000);
    recorded.run(recorder);
  }
  Screen other;
  Script script(name, read_script(name), other);
  Guest replayed;
  replayed.run(script);
  EXPECT_THAT(recorded.log, testing::HasSubstr("l"));
  EXPECT_EQ(replayed.log, recorded.log);
  EXPECT_EQ(other.text, screen.text);
  EXPECT_TRUE(script.is_done());
}

TEST_F(RecorderTest, AFileThatCantBeWrittenIsRefused) {
  EXPECT_THROW(Recorder(screen, "/nowhere/script", 0), InputError);
}

}  // namespace
}  // namespace doorbell::console
