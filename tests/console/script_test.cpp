#include "platforms/console/script.h"

#include <gtest/gtest.h>

#include "platforms/console/script_reader.h"
#include "tests/console/screen.h"

namespace doorbell::console {
namespace {

class ScriptTest : public testing::Test {
 protected:
  Script script(std::string_view text) {
    return {"script", read_script_text(text, "script"), screen};
  }
  Screen screen;
};

TEST_F(ScriptTest, TypesWhenItsTextHasComeOut) {
  Script login = script("wait \"login: \"\ntype \"root\\n\"");
  put(login, "Debian\r\nlogin:", 10);
  EXPECT_EQ(login.next_input(), never);
  put(login, " ", 20);
  EXPECT_EQ(take(login, 100), "@20:root\n");
  EXPECT_TRUE(login.is_done());
  EXPECT_EQ(screen.text, "Debian\r\nlogin: ");
}

TEST_F(ScriptTest, ADelayIsSimulatedTime) {
  Script login = script("wait \"x\"\ndelay 1.5ns\ntype \"y\"");
  put(login, "x", 100);
  EXPECT_EQ(login.next_input(), 1600u);
}

TEST_F(ScriptTest, BeginsByTypingAtTimeZero) {
  Script login = script("type \"a\"\ndelay 1ns\ntype \"b\"");
  EXPECT_EQ(login.next_input(), 0u);
  EXPECT_EQ(login.take_input(50), 'a');
  EXPECT_EQ(login.next_input(), 1050u) << "from when it was taken";
}

TEST_F(ScriptTest, FindsTextThatIsSplitRepeatedOrAlreadyThere) {
  Script login =
      script("wait \"aab\"\ntype \"1\"\nwait \"# \"\ntype \"2\"\nwait \"# \"\ntype \"3\"");
  put(login, "aa", 1);
  put(login, "ab # ", 2);  // what is waited for next comes out before the first is typed
  EXPECT_EQ(take(login, 2), "@2:12") << "both by what is there";
  put(login, "#", 3);
  EXPECT_EQ(take(login, 3), "");
  put(login, " ", 4);
  EXPECT_EQ(take(login, 4), "@4:3");
}

TEST_F(ScriptTest, OneTextIsFoundOnce) {
  Script twice = script("wait \"x\"\nwait \"x\"\ntype \"y\"");
  put(twice, "x", 1);
  EXPECT_EQ(twice.next_input(), never);
  put(twice, "x", 2);
  EXPECT_EQ(twice.next_input(), 2u);
}

TEST_F(ScriptTest, SaysWhereItIs) {
  Script login = script("# ahead\nwait \"a\"\ntype \"b\\n\"\nend");
  EXPECT_EQ(login.position(), "script:2: waits for \"a\"");
  put(login, "a", 0);
  EXPECT_EQ(login.position(), "script:3: types \"b\\n\"");
  take(login, 0);
  EXPECT_EQ(login.position(), "");
}

TEST_F(ScriptTest, EndsTheRun) {
  Script end = script("wait \"bye\"\nend");
  bool ended = false;
  end.on_end([&] { ended = true; });
  put(end, "by", 0);
  EXPECT_FALSE(ended);
  put(end, "e", 0);
  EXPECT_TRUE(ended);
}

TEST_F(ScriptTest, BehindItTheScreenTypes) {
  Script login = script("wait \"x\"\ntype \"y\"");
  bool told = false;
  login.on_input([&] { told = true; });
  screen.type("live", 3);
  EXPECT_TRUE(told);
  EXPECT_EQ(login.next_input(), never) << "the script comes first";
  put(login, "x", 5);
  EXPECT_EQ(take(login, 10), "@5:ylive");
}

TEST_F(ScriptTest, GoesOnElsewhereWhereItWas) {
  const std::string_view text = "wait \"ab\"\ndelay 1ns\ntype \"xyz\"\nwait \"c\"\ntype \"!\"";
  Script first = script(text);
  put(first, "a", 1);
  Script second = script(text);
  second.restore(first.state());
  put(second, "b", 2);
  EXPECT_EQ(second.take_input(1002), 'x');
  put(second, "c", 1003);
  Screen other;
  Script third("script", read_script_text(text, "script"), other);
  third.restore(second.state());
  EXPECT_EQ(take(third, 5000), "@1002:yz!");
  EXPECT_TRUE(third.is_done());
}

}  // namespace
}  // namespace doorbell::console
