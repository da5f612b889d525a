// What GDB asks, and what it is answered (GDB's manual, appendix E).
#include "platforms/debugger/session.h"

#include <gmock/gmock.h>

#include "platforms/debugger/target_description.h"
#include "tests/platforms/debugger/made_target.h"

namespace doorbell::debugger {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class DebuggerSession : public ::testing::Test {
 protected:
  std::string ask(std::string_view payload) { return gdb_.ask(payload); }
  void stop_at(unsigned processor, StopReason::Kind kind, std::uint64_t address = 0) {
    said_ = testing::decoded(
        session_.stopped(processor, {.kind = kind, .address = address, .why = {}}));
  }

  testing::MadeTarget target_;
  Session session_{target_};
  testing::MadeGdb gdb_{session_};
  std::string said_;
};

TEST_F(DebuggerSession, SaysWhatItCan) {
  EXPECT_THAT(ask("qSupported:multiprocess+;swbreak+;hwbreak+"),
              ::testing::AllOf(HasSubstr("PacketSize=4000"), HasSubstr("qXfer:features:read+"),
                               HasSubstr("vContSupported+"), HasSubstr("QStartNoAckMode+")));
  EXPECT_EQ(ask("vCont?"), "vCont;c;C;s;S");
  EXPECT_EQ(ask("vMustReplyEmpty"), "");
  EXPECT_EQ(ask("qAttached"), "1");
  EXPECT_EQ(ask(""), "");
}

TEST_F(DebuggerSession, HasAThreadForEachProcessor) {
  EXPECT_EQ(ask("qfThreadInfo"), "m1,2");
  EXPECT_EQ(ask("qsThreadInfo"), "l");
  EXPECT_EQ(ask("qC"), "QC1");
  EXPECT_EQ(ask("T2"), "OK");
  EXPECT_THAT(ask("T3"), StartsWith("E"));
  EXPECT_THAT(ask("T0"), StartsWith("E"));
  // "processor 1, off"
  EXPECT_EQ(ask("qThreadExtraInfo,2"), "70726f636573736f7220312c206f6666");
}

TEST_F(DebuggerSession, DescribesItsRegisters) {
  const std::string first = ask("qXfer:features:read:target.xml:0,1000");
  const std::string rest = ask("qXfer:features:read:target.xml:1000,ffff");
  EXPECT_EQ(first.front(), 'm');
  EXPECT_EQ(rest.front(), 'l');
  const std::string text = first.substr(1) + rest.substr(1);
  EXPECT_EQ(text, target_description());
  for (const char* part :
       {"<architecture>aarch64</architecture>", "org.gnu.gdb.aarch64.core",
        "org.gnu.gdb.aarch64.fpu", R"("cpsr" bitsize="32")", R"("v31" bitsize="128")"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_EQ(ask("qXfer:features:read:other.xml:0,ffff"), "E00");
  EXPECT_THAT(ask("qXfer:features:read:target.xml:ffffff,1"), StartsWith("E"));
}

TEST_F(DebuggerSession, RegistersAreOfTheProcessorThatWasChosen) {
  target_.registers[target_.key(1, cpu::Register::x(2))] = 0x1122334455667788;
  EXPECT_EQ(ask("p2"), "0000000000000000");
  EXPECT_EQ(ask("Hg2"), "OK");
  EXPECT_EQ(ask("p2"), "8877665544332211");
  EXPECT_THAT(ask("g"), StartsWith("000000000000000000000000000000008877665544332211"));
  EXPECT_EQ(ask("g").size(), 2u * (33 * 8 + 4 + 32 * 16 + 4 + 4));
  EXPECT_THAT(ask("Hg3"), StartsWith("E"));
  EXPECT_THAT(ask("Hx1"), StartsWith("E"));
  EXPECT_THAT(ask("p99"), StartsWith("E"));
}

TEST_F(DebuggerSession, TheStackPointerIsThatOfTheLevelInForce) {
  target_.registers[target_.key(0, cpu::Register::sp(0))] = 0x10;
  target_.registers[target_.key(0, cpu::Register::sp(1))] = 0x20;
  target_.registers[target_.key(0, cpu::Register::pstate())] = 0x3c5;  // EL1h
  EXPECT_EQ(ask("p1f"), "2000000000000000");
  target_.registers[target_.key(0, cpu::Register::pstate())] = 0x3c4;  // EL1t
  EXPECT_EQ(ask("p1f"), "1000000000000000");
  target_.registers[target_.key(0, cpu::Register::pstate())] = 0;  // EL0t
  EXPECT_EQ(ask("P1f=3000000000000000"), "OK");
  EXPECT_EQ((target_.registers[target_.key(0, cpu::Register::sp(0))]), 0x30u);
}

TEST_F(DebuggerSession, RegistersAreWrittenWholeOrNotAtAll) {
  EXPECT_EQ(ask("P3=0100000000000080"), "OK");
  EXPECT_EQ((target_.registers[target_.key(0, cpu::Register::x(3))]), 0x8000000000000001u);
  EXPECT_EQ(ask("P22=0102030405060708090a0b0c0d0e0f10"), "OK");
  EXPECT_EQ((target_.registers[target_.key(0, cpu::Register::v_high(0))]), 0x100f0e0d0c0b0a09u);
  for (const char* wrong : {"P3=01", "P3=01000000000000801", "P3=010000000000008g", "P3", "P=00",
                            "Pff=0100000000000080"})
    EXPECT_THAT(ask(wrong), StartsWith("E")) << wrong;
  const std::string all = ask("g");
  EXPECT_EQ(ask("G" + all), "OK");
  EXPECT_EQ(ask("g"), all);
  EXPECT_THAT(ask("G" + all + "00"), StartsWith("E"));
  target_.writable = false;
  EXPECT_EQ(ask("P3=0000000000000000"), "E10");
  EXPECT_EQ(ask("G" + all), "E10");
}

TEST_F(DebuggerSession, MemoryIsReadAsFarAsItGoes) {
  target_.memory[254] = 0xab;
  target_.memory[255] = 0xcd;
  EXPECT_EQ(ask("m10fe,2"), "abcd");
  EXPECT_EQ(ask("m10fe,10"), "abcd");
  EXPECT_EQ(ask("m2000,1"), "E0e");
  EXPECT_EQ(ask("m1000,0"), "");
  for (const char* wrong :
       {"m", "m1000", "m1000,", "m,1", "mx,1", "m1000,1,", "m10000000000000000,1"})
    EXPECT_EQ(ask(wrong), "E16") << wrong;
}

TEST_F(DebuggerSession, MemoryIsWrittenInBothForms) {
  EXPECT_EQ(ask("M1001,2:0a0b"), "OK");
  EXPECT_EQ(target_.memory[2], 0x0b);
  using namespace std::string_literals;
  EXPECT_EQ(ask("X1001,4:\x03#$}"s), "OK");
  EXPECT_THAT(std::vector<int>(target_.memory.begin() + 1, target_.memory.begin() + 5),
              ElementsAre(3, '#', '$', '}'));
  EXPECT_EQ(ask("X1000,0:"), "OK");
  EXPECT_EQ(ask("M10ff,2:0000"), "E0e");
  for (const char* wrong : {"M1000,2:00", "M1000,1:0", "M1000:00", "X1000,2:a", "X1000"})
    EXPECT_EQ(ask(wrong), "E16") << wrong;
}

TEST_F(DebuggerSession, GoesOnAndSaysWhereItStops) {
  EXPECT_EQ(ask("qSupported:swbreak+"), ask("qSupported:swbreak+"));
  EXPECT_EQ(ask("Z0,1000,4"), "OK");
  EXPECT_EQ(ask("Z2,1080,8"), "OK");
  EXPECT_EQ(ask("vCont;s:2;c"), "none");
  EXPECT_EQ(session_.state(), Session::State::running);
  ASSERT_EQ(target_.orders.size(), 1u);
  EXPECT_THAT(target_.orders[0].breakpoints, ElementsAre(0x1000));
  EXPECT_THAT(target_.orders[0].watchpoints,
              ElementsAre(cpu::Watchpoint{.address = 0x1080, .size = 8, .stores = true}));
  EXPECT_THAT(target_.orders[0].processors,
              ElementsAre(ProcessorOrder{}, ProcessorOrder{.steps = true}));
  stop_at(1, StopReason::Kind::breakpoint);
  EXPECT_EQ(said_, "T05thread:2;swbreak:;");
  EXPECT_EQ(ask("?"), "T05thread:2;swbreak:;");
  EXPECT_EQ(ask("qC"), "QC2");
  EXPECT_EQ(ask("z0,1000,4"), "OK");
  EXPECT_EQ(ask("vCont;c:1"), "none");
  EXPECT_TRUE(target_.orders[1].breakpoints.empty());
  EXPECT_THAT(target_.orders[1].processors,
              ElementsAre(ProcessorOrder{}, ProcessorOrder{.resumed = false}));
  stop_at(0, StopReason::Kind::watchpoint, 0x1080);
  EXPECT_EQ(said_, "T05thread:1;watch:1080;");
}

TEST_F(DebuggerSession, KnowsTheOlderFormsOfGoingOn) {
  EXPECT_EQ(ask("c"), "none");
  stop_at(0, StopReason::Kind::step);
  EXPECT_EQ(said_, "T05thread:1;");
  EXPECT_EQ(ask("Hc2"), "OK");
  EXPECT_EQ(ask("s"), "none");
  EXPECT_THAT(target_.orders[1].processors,
              ElementsAre(ProcessorOrder{.resumed = false}, ProcessorOrder{.steps = true}));
  stop_at(1, StopReason::Kind::step);
  EXPECT_EQ(ask("C05;1234"), "none");
  EXPECT_EQ((target_.registers[target_.key(1, cpu::Register::pc())]), 0x1234u);
}

TEST_F(DebuggerSession, BreakpointsAndGoingOnAreRefusedWhenWrong) {
  for (const char* wrong : {"Z", "Z0", "Z0,", "Z0,1000", "Z0,1002,4", "Z0,1000,2", "Z2,1000,0",
                            "Z2,ffffffffffffffff,8", "Z3,1000,fffffffff", "z0,x,4"})
    EXPECT_EQ(ask(wrong), "E16") << wrong;
  EXPECT_EQ(ask("Z5,1000,4"), "");
  for (const char* wrong : {"vCont;", "vCont;x", "vCont;c:3", "vCont;c:0", "vCont;;", "cx"})
    EXPECT_EQ(ask(wrong), "E16") << wrong;
  EXPECT_TRUE(target_.orders.empty());
  EXPECT_EQ(session_.state(), Session::State::stopped);
}

TEST_F(DebuggerSession, CtrlCCountsWhileTheMachineRuns) {
  EXPECT_EQ(session_.receive("\x03"), "");
  EXPECT_FALSE(session_.interrupt_asked());
  ask("c");
  session_.receive("\x03");
  EXPECT_TRUE(session_.interrupt_asked());
  EXPECT_FALSE(session_.interrupt_asked());
  stop_at(0, StopReason::Kind::interrupt);
  EXPECT_EQ(said_, "T02thread:1;");
}

TEST_F(DebuggerSession, SaysWhyAProcessorIsStuck) {
  ask("c");
  EXPECT_EQ(session_.stopped(1, {.kind = StopReason::Kind::stuck, .address = 0, .why = "x"}),
            packet("O780a") + packet("T0bthread:2;"));
}

TEST_F(DebuggerSession, NothingIsChangedWhileTheMachineRuns) {
  ask("c");
  EXPECT_EQ(ask("M1000,1:ff"), "none");
  EXPECT_EQ(ask("P3=ffffffffffffffff"), "none");
  EXPECT_EQ(target_.memory[0], 0);
  EXPECT_TRUE(target_.registers.empty());
}

TEST_F(DebuggerSession, DetachingTakesBreakpointsOut) {
  ask("Z0,1000,4");
  EXPECT_EQ(ask("D"), "OK");
  EXPECT_EQ(session_.state(), Session::State::detached);
  ASSERT_EQ(target_.orders.size(), 1u);
  EXPECT_TRUE(target_.orders[0].breakpoints.empty());
  EXPECT_THAT(target_.orders[0].processors, ElementsAre(ProcessorOrder{}, ProcessorOrder{}));
}

TEST_F(DebuggerSession, KillingEndsTheRun) {
  EXPECT_EQ(ask("k"), "none");
  EXPECT_EQ(session_.state(), Session::State::killed);
}

TEST_F(DebuggerSession, TheEndOfSoftwareIsTold) {
  EXPECT_EQ(session_.ended(7), "");
  ask("c");
  EXPECT_EQ(testing::decoded(session_.ended(7)), "W07");
}

TEST_F(DebuggerSession, AcknowledgesUntilItIsTold) {
  EXPECT_EQ(session_.receive("$g#00"), "-");
  const std::string answer = session_.receive(testing::framed("qC"));
  EXPECT_EQ(answer, "+" + packet("QC1"));
  EXPECT_EQ(session_.receive("-"), packet("QC1"));
  EXPECT_EQ(session_.receive(testing::framed("QStartNoAckMode")), "+" + packet("OK"));
  EXPECT_EQ(session_.receive(testing::framed("qC")), packet("QC1"));
  EXPECT_EQ(session_.receive("$g#00-"), "");
}

TEST_F(DebuggerSession, WhatIsTooLongIsAnError) {
  const std::string bytes = testing::framed(std::string(packet_limit + 1, 'm'));
  EXPECT_EQ(session_.receive(bytes), "+" + packet("E5a"));
  EXPECT_EQ(ask("qC"), "QC1");
}

/// Hexadecimal, as qRcmd has it.
std::string hexadecimal(std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string all;
  for (const char byte : text) {
    all += digits[static_cast<unsigned char>(byte) >> 4];
    all += digits[byte & 15];
  }
  return all;
}

TEST_F(DebuggerSession, MonitorHelpsAndTranslates) {
  EXPECT_THAT(ask("qRcmd," + hexadecimal("help")), HasSubstr(hexadecimal("translate")));
  EXPECT_EQ(ask("qRcmd," + hexadecimal("time")), hexadecimal("17 ps\n"));
  EXPECT_EQ(ask("qRcmd," + hexadecimal("processors")), hexadecimal("0: on\n1: off\n"));
  EXPECT_EQ(ask("qRcmd," + hexadecimal("translate 0x1234")), hexadecimal("0x40001234\n"));
  EXPECT_EQ(ask("qRcmd," + hexadecimal("translate 10")), hexadecimal("not translated\n"));
  EXPECT_THAT(ask("qRcmd," + hexadecimal("translate")), HasSubstr(hexadecimal("expected")));
  EXPECT_THAT(ask("qRcmd," + hexadecimal("dance")), HasSubstr(hexadecimal("unknown: dance")));
  EXPECT_EQ(ask("qRcmd,0"), "E16");
}

}  // namespace
}  // namespace doorbell::debugger
