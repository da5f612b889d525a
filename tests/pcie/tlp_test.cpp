#include "doorbell/pcie/arch/tlp.h"

#include <gtest/gtest.h>

#include "doorbell/pcie/arch/link_rate.h"

namespace doorbell::pcie {
namespace {

TEST(TlpTest, HeaderIsFourDoubleWordsOnlyAbove4GiB) {
  EXPECT_EQ(header_bytes(memory_request(TlpType::MWr, 0, 0xffff'fffc, 4)), 12u);
  EXPECT_EQ(header_bytes(memory_request(TlpType::MWr, 0, 0x1'0000'0000, 4)), 16u);
  EXPECT_EQ(header_bytes(configuration_request(false, 0, 8, 0, 4)), 12u);
}

TEST(TlpTest, ByteEnablesFollowSection2_2_5) {
  const auto one = memory_request(TlpType::MWr, 0, 0x1002, 1);
  EXPECT_EQ(one.first_be, 0b0100);
  EXPECT_EQ(one.last_be, 0);  // one DW: last enables are zero
  EXPECT_EQ(one.length_dw, 1);
  const auto straddle = memory_request(TlpType::MWr, 0, 0x1003, 6);
  EXPECT_EQ(straddle.first_be, 0b1000);
  EXPECT_EQ(straddle.last_be, 0b0001);
  EXPECT_EQ(straddle.length_dw, 3);
  const auto whole = memory_request(TlpType::MRd, 0, 0x1000, 4096);
  EXPECT_EQ(whole.first_be, 0b1111);
  EXPECT_EQ(whole.last_be, 0b1111);
  EXPECT_EQ(whole.length_dw, 1024);
}

TEST(TlpTest, ByteRangeUndoesByteEnables) {
  for (unsigned offset = 0; offset < 4; ++offset) {
    for (unsigned length = 1; length < 40; ++length) {
      const auto range = byte_range(memory_request(TlpType::MRd, 0, 0x2000 + offset, length));
      EXPECT_EQ(range.offset, offset);
      EXPECT_EQ(range.length, length);
    }
  }
  auto flush = memory_request(TlpType::MRd, 0, 0x2000, 4);
  flush.first_be = 0;
  EXPECT_EQ(byte_range(flush).length, 0u);
}

TEST(TlpTest, EncodedHeadersHaveTheSpecificationsBits) {
  auto write = memory_request(TlpType::MWr, requester_id(1, 2, 3), 0x8'0000'1000, 64);
  write.tag = 0x25;
  write.relaxed_ordering = true;
  const auto dw = encode(write);
  EXPECT_EQ(dw[0], 0x6000'2010u);  // Fmt 011, Type 00000, RO, 16 DW
  EXPECT_EQ(dw[1], 0x0113'25ffu);
  EXPECT_EQ(dw[2], 0x0000'0008u);
  EXPECT_EQ(dw[3], 0x0000'1000u);
  const auto config = encode(configuration_request(true, 0, requester_id(1, 0, 0), 0x105, 1));
  EXPECT_EQ(config[0], 0x4400'0001u);  // CfgWr0
  EXPECT_EQ(config[1], 0x0000'0002u);  // byte 1 of the DW
  EXPECT_EQ(config[2], 0x0100'0104u);
}

TEST(TlpTest, EveryHeaderSurvivesTheWire) {
  auto read = memory_request(TlpType::MRd, 0x1234, 0x40'0000'0004, 4092);
  read.tag = 0x3a5;
  read.traffic_class = 5;
  read.no_snoop = read.id_based_ordering = true;
  for (const TlpHeader& header :
       {read, memory_request(TlpType::MWr, 1, 0x1000, 7),
        configuration_request(false, 2, 0x100, 0xffc, 4),
        configuration_request(true, 2, 0x100, 0x42, 2),
        completion(read, 0x77, CompletionStatus::UR), completion_with_data(read, 0x77, 60, 128)}) {
    const auto back = decode(encode(header));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, header);
  }
}

TEST(TlpTest, ThePlacesOfBigNumbersAreTold) {
  // 1024 double words and 4096 bytes are encoded as 0; each bit of a tag has a place of its own.
  auto read = memory_request(TlpType::MRd, 1, 0x2000, 4096);
  EXPECT_EQ(encode(read)[0] & 0x3ff, 0u);
  for (unsigned bit = 0; bit < 10; ++bit) {
    read.tag = static_cast<std::uint16_t>(1u << bit);
    EXPECT_EQ(decode(encode(read)), read) << "tag " << read.tag;
  }
  read.tag = 0x100;
  EXPECT_EQ(encode(read)[0] >> 19 & 1, 1u) << "T8";
  read.tag = 0x200;
  EXPECT_EQ(encode(read)[0] >> 23 & 1, 1u) << "T9";
  const auto answer = completion_with_data(read, 2, 0, 256);
  EXPECT_EQ(encode(answer)[1] & 0xfff, 0u);
  EXPECT_EQ(decode(encode(answer)), answer);
}

TEST(TlpTest, EachAttributeHasItsBit) {
  for (unsigned attribute = 0; attribute < 4; ++attribute) {
    auto write = memory_request(TlpType::MWr, 1, 0x2000, 4);
    write.relaxed_ordering = attribute == 0;
    write.no_snoop = attribute == 1;
    write.id_based_ordering = attribute == 2;
    write.poisoned = attribute == 3;
    constexpr unsigned bits[] = {13, 12, 18, 14};  // PCIe 6.0 2.2.1
    EXPECT_EQ(encode(write)[0] & 0x7'f000, 1u << bits[attribute]);
    EXPECT_EQ(decode(encode(write)), write);
  }
}

TEST(TlpTest, UnknownTypesAreNotDecoded) {
  EXPECT_FALSE(decode({0x8000'0000, 0, 0, 0}));  // a prefix
  EXPECT_FALSE(decode({0x0200'0001, 0, 0, 0}));  // I/O read
  EXPECT_FALSE(decode({0x3400'0000, 0, 0, 0}));  // a message
}

TEST(TlpTest, CompletionsCountDownTheirBytes) {
  // 2.3.1.1: a read of 200 bytes at 0x103c, completed at 64-byte boundaries.
  const auto read = memory_request(TlpType::MRd, 9, 0x103c, 200);
  const auto first = completion_with_data(read, 0, 0, 4);
  EXPECT_EQ(first.byte_count, 200);
  EXPECT_EQ(first.lower_address, 0x3c);
  EXPECT_EQ(first.length_dw, 1);
  const auto second = completion_with_data(read, 0, 4, 128);
  EXPECT_EQ(second.byte_count, 196);
  EXPECT_EQ(second.lower_address, 0x40);
  EXPECT_EQ(second.length_dw, 32);
}

TEST(TlpTest, ACompletionsLengthCountsFromTheDoubleWordOfItsFirstByte) {
  for (unsigned offset = 0; offset < 4; ++offset) {
    const auto read = memory_request(TlpType::MRd, 9, 0x1000 + offset, 14);
    const auto answer = completion_with_data(read, 0, 0, 14);
    EXPECT_EQ(answer.length_dw, offset == 3 ? 5 : 4);  // 2.2.9: 3 + 14 bytes are five
    EXPECT_EQ(answer.lower_address, offset);
    EXPECT_EQ(answer.byte_count, 14);
    // From the sixth byte on, the offset is another.
    const auto rest = completion_with_data(read, 0, 5, 9);
    EXPECT_EQ(rest.length_dw, ((offset + 5) % 4 + 9 + 3) / 4);
    EXPECT_EQ(rest.lower_address, offset + 5);
    EXPECT_EQ(rest.byte_count, 9);
  }
  auto flush = memory_request(TlpType::MRd, 9, 0x1000, 4);
  flush.first_be = 0;
  const auto answer = completion_with_data(flush, 0, 0, 0);
  EXPECT_EQ(answer.length_dw, 1);  // 2.2.5: one double word of anything
  EXPECT_EQ(answer.byte_count, 1);
}

TEST(TlpTest, ACompletionForAnythingButAReadOfMemoryCountsFourBytes) {
  const auto request = configuration_request(false, 9, 8, 2, 2);
  const auto answer = completion_with_data(request, 8, 0, 2);
  EXPECT_EQ(answer.byte_count, 4);  // 2.2.9
  EXPECT_EQ(answer.lower_address, 0);
  EXPECT_EQ(answer.length_dw, 1);
}

TEST(TlpTest, WireOverheadsAreThoseOfTheTimingPage) {
  // docs/timing.md section 1: MWr64 24 B, MWr32 20 B, MRd64 24 B, MRd32 20 B, CplD 20 B.
  const auto over = [](const TlpHeader& h) { return wire_bytes(h, 4) - payload_bytes(h); };
  const std::uint64_t high = 0x8'0000'0000;
  EXPECT_EQ(over(memory_request(TlpType::MWr, 0, high, 64)), 24u);
  EXPECT_EQ(over(memory_request(TlpType::MWr, 0, 0x1000, 64)), 20u);
  EXPECT_EQ(over(memory_request(TlpType::MRd, 0, high, 64)), 24u);
  EXPECT_EQ(over(memory_request(TlpType::MRd, 0, 0x1000, 64)), 20u);
  EXPECT_EQ(over(completion_with_data(memory_request(TlpType::MRd, 0, high, 64), 0, 0, 64)), 20u);
  EXPECT_EQ(wire_bytes(memory_request(TlpType::MWr, 0, 0x1000, 4), 4), 24u);  // an MSI below 4 GiB
}

TEST(TlpTest, FlitModeCostsHeaderAndOhcOnly) {
  EXPECT_EQ(wire_bytes(memory_request(TlpType::MWr, 0, 0x1000, 64), 6), 76u);
  EXPECT_EQ(wire_bytes(memory_request(TlpType::MWr, 0, 0x8'0000'0000, 64), 6), 80u);
  EXPECT_EQ(wire_bytes(memory_request(TlpType::MWr, 0, 0x1001, 64), 6), 12u + 68 + 4);  // OHC-A
  EXPECT_EQ(wire_bytes(configuration_request(false, 0, 0, 0, 4), 6), 16u);
}

}  // namespace
}  // namespace doorbell::pcie
