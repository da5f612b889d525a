// Framing of GDB's Remote Serial Protocol (GDB's manual, E.1).
#include "platforms/debugger/packet.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/platforms/debugger/decoded.h"

namespace doorbell::debugger {
namespace {

using Kind = Incoming::Kind;
using namespace std::string_literals;

std::vector<Incoming> read(std::string_view bytes, std::size_t limit = packet_limit) {
  PacketReader reader(limit);
  std::vector<Incoming> all;
  for (const char byte : bytes) {
    if (const auto incoming = reader.take(byte)) all.push_back(*incoming);
  }
  return all;
}

/// Of bytes that are one thing.
Incoming read_one(std::string_view bytes, std::size_t limit = packet_limit) {
  const std::vector<Incoming> all = read(bytes, limit);
  EXPECT_EQ(all.size(), 1u) << bytes;
  return all.empty() ? Incoming{.kind = Kind::refused, .payload = {}} : all.front();
}

TEST(DebuggerPacket, IsWhatStandsBetweenDollarAndHash) {
  const Incoming incoming = read_one("$m40000000,4#51");
  EXPECT_EQ(incoming.kind, Kind::packet);
  EXPECT_EQ(incoming.payload, "m40000000,4");
  EXPECT_EQ(read_one("$#00").payload, "");
}

TEST(DebuggerPacket, WithAnotherChecksumIsBroken) {
  EXPECT_EQ(read_one("$g#66").kind, Kind::broken);
  EXPECT_EQ(read_one("$g#6g").kind, Kind::broken);
  EXPECT_EQ(read_one("$g#67").kind, Kind::packet);
  // The next one is found.
  EXPECT_EQ(read("$g#66$g#67").size(), 2u);
}

TEST(DebuggerPacket, EscapesAnyByteOfItsPayload) {
  // 0x03 is "}" and 0x23, 0x7d is "}]".
  EXPECT_EQ(read_one("$X}]}\x03#b2").payload, "X\x7d#");
  EXPECT_EQ(read_one("$}#7d").kind, Kind::broken);
}

TEST(DebuggerPacket, InterruptIsCtrlCBetweenPacketsOnly) {
  EXPECT_EQ(read_one("\x03").kind, Kind::interrupt);
  const Incoming incoming = read_one("$X\x03#5b");
  EXPECT_EQ(incoming.kind, Kind::packet);
  EXPECT_EQ(incoming.payload, "X\x03");
}

TEST(DebuggerPacket, ThatIsCutShortEndsWhereTheNextBegins) {
  EXPECT_EQ(read_one("$m4000$g#67").payload, "g");
}

TEST(DebuggerPacket, BeyondTheLimitIsSaidToBeAndNotKept) {
  EXPECT_EQ(read_one("$gggg#9c", 4).kind, Kind::packet);
  EXPECT_EQ(read_one("$ggggg#03", 4).kind, Kind::oversized);
}

TEST(DebuggerPacket, AcknowledgementsAreTold) {
  const std::vector<Incoming> all = read("+-x");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].kind, Kind::acknowledged);
  EXPECT_EQ(all[1].kind, Kind::refused);
}

TEST(DebuggerPacket, ThatIsSentHasItsChecksum) {
  EXPECT_EQ(packet("OK"), "$OK#9a");
  EXPECT_EQ(packet(""), "$#00");
}

TEST(DebuggerPacket, ThatIsSentIsShortenedWhereAByteIsRepeated) {
  // "Run-Length Encoding": 0* and a space are four of them.
  EXPECT_EQ(packet("0000"), "$0* #7a");
  EXPECT_EQ(packet("000"), "$000#90");
  // Seven and eight of them would be "#" and "$".
  EXPECT_EQ(packet("0000000"), "$0*\"0#ac");
}

TEST(DebuggerPacket, ThatIsSentSaysWhatItIsGiven) {
  for (std::size_t length = 0; length < 300; ++length) {
    const std::string payload = "x" + std::string(length, '0') + "y";
    EXPECT_EQ(testing::decoded(packet(payload)), payload) << length;
  }
  const std::string all = "$#}*$$$$$$$$$+-\x00\x03\xff"s;
  EXPECT_EQ(testing::decoded(packet(all)), all);
}

}  // namespace
}  // namespace doorbell::debugger
