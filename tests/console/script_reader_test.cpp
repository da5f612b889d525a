#include "platforms/console/script_reader.h"

#include <gmock/gmock.h>

#include "doorbell/core/arch/error.h"

namespace doorbell::console {
namespace {

using Kind = ScriptStep::Kind;

std::string error(std::string_view text) {
  try {
    read_script_text(text, "script");
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ScriptReader, ReadsEachKindOfStep) {
  const auto steps = read_script_text(
      "# Logs in.\n\n  wait \"login: \"\r\n\tdelay 1.5ms\ntype \"root\\n\"\nend", "script");
  ASSERT_EQ(steps.size(), 4u);
  EXPECT_EQ(steps[0].kind, Kind::wait);
  EXPECT_EQ(steps[0].text, "login: ");
  EXPECT_EQ(steps[0].line, 3u);
  EXPECT_EQ(steps[1].kind, Kind::delay);
  EXPECT_EQ(steps[1].time, 1'500 * microsecond);
  EXPECT_EQ(steps[2].kind, Kind::type);
  EXPECT_EQ(steps[2].text, "root\n");
  EXPECT_EQ(steps[2].line, 5u);
  EXPECT_EQ(steps[3].kind, Kind::end);
}

TEST(ScriptReader, NoStepsAreAScript) {
  EXPECT_TRUE(read_script_text("", "script").empty());
  EXPECT_TRUE(read_script_text("\n# nothing\n", "script").empty());
}

TEST(ScriptReader, UnderstandsEscapes) {
  EXPECT_EQ(read_script_text(R"(type "\r\n\t\\\"\x1b\xFF#")", "script").at(0).text,
            "\r\n\t\\\"\x1b\xff#");
}

TEST(ScriptReader, WhatInQuotesWritesIsReadBack) {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte)
    every_byte += static_cast<char>(byte);
  EXPECT_EQ(read_script_text("wait " + in_quotes(every_byte), "script").at(0).text, every_byte);
}

TEST(ScriptReader, MistakesAreNamedWithTheirLine) {
  EXPECT_EQ(error("\nexpect \"x\"\n"),
            "script:2: step: expected wait, type, delay or end, found expect");
  EXPECT_EQ(error("wait"), "script:1: wait: expected a text in quotes, found nothing");
  EXPECT_EQ(error("type root"), "script:1: type: expected a text in quotes, found root");
  EXPECT_EQ(error("type \"root"),
            "script:1: type: expected a text with a quote at its end, found \"root");
  EXPECT_EQ(error("type \"a\" b"), "script:1: type: expected nothing behind its text, found  b");
  EXPECT_EQ(error("type \"\""), "script:1: type: expected a text of one byte at least, found \"\"");
  for (const char* escape : {R"(\q)", R"(\x)", R"(\x1)", R"(\xg0)"}) {
    EXPECT_THAT(error("type \"" + std::string(escape) + "\""),
                testing::HasSubstr(std::string("hexadecimal digits, found ") + escape))
        << escape;
  }
  EXPECT_EQ(error("delay soon\ntype \"x\""),
            "script:1: delay: expected a time such as 10ms, found soon");
  EXPECT_EQ(error("end here"), "script:1: end: expected nothing behind it, found here");
}

TEST(ScriptReader, ADelayIsBeforeWhatIsTyped) {
  EXPECT_EQ(error("delay 1ms\nend"), "script:2: step behind a delay: expected type, found end");
  EXPECT_EQ(error("delay 1ms\nwait \"x\""),
            "script:2: step behind a delay: expected type, found wait \"x\"");
  EXPECT_EQ(error("type \"x\"\ndelay 1ms"),
            "script:2: step behind a delay: expected type, found the end of the file");
}

TEST(ScriptReader, AFileThatIsntThereIsRefused) {
  EXPECT_THROW(read_script("/nowhere/script"), InputError);
  EXPECT_THROW(read_script("/tmp"), InputError);
  EXPECT_THROW(read_script("/dev/zero"), InputError) << "it never ends";
}

}  // namespace
}  // namespace doorbell::console
