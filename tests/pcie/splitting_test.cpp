#include "doorbell/pcie/arch/splitting.h"

#include <gtest/gtest.h>

#include <vector>

namespace doorbell::pcie {
namespace {

std::vector<unsigned> requests(std::uint64_t address, std::uint64_t length, unsigned limit) {
  std::vector<unsigned> pieces;
  while (length != 0) {
    pieces.push_back(next_request_bytes(address, length, limit));
    address += pieces.back();
    length -= pieces.back();
  }
  return pieces;
}

std::vector<unsigned> completions(std::uint64_t address, std::uint64_t length, unsigned limit,
                                  unsigned boundary) {
  std::vector<unsigned> pieces;
  while (length != 0) {
    pieces.push_back(next_completion_bytes(address, length, limit, boundary));
    address += pieces.back();
    length -= pieces.back();
  }
  return pieces;
}

using Pieces = std::vector<unsigned>;

TEST(SplittingTest, WritesAreCutAtMaxPayload) {
  EXPECT_EQ(requests(0x1000, 600, 256), (Pieces{256, 256, 88}));
  EXPECT_EQ(requests(0x1000, 256, 256), (Pieces{256}));
  EXPECT_EQ(requests(0x1000, 257, 256), (Pieces{256, 1}));
}

TEST(SplittingTest, PayloadCountsWholeDoubleWords) {
  EXPECT_EQ(requests(0x1002, 256, 256), (Pieces{254, 2}));  // 65 double words wouldn't fit
}

TEST(SplittingTest, NoRequestCrosses4KiB) {
  EXPECT_EQ(requests(0x1ff0, 64, 512), (Pieces{16, 48}));
  EXPECT_EQ(requests(0x1000, 8192, 4096), (Pieces{4096, 4096}));
}

TEST(SplittingTest, CompletionsEndAtReadCompletionBoundaries) {
  EXPECT_EQ(completions(0x1000, 512, 256, 64), (Pieces{256, 256}));
  EXPECT_EQ(completions(0x103c, 200, 128, 64), (Pieces{68, 128, 4}));
  EXPECT_EQ(completions(0x1001, 10, 128, 64), (Pieces{10}));
  EXPECT_EQ(completions(0x1060, 512, 256, 128), (Pieces{160, 256, 96}));
}

TEST(SplittingTest, WhatFitsExactlyIsNotCut) {
  EXPECT_EQ(completions(0x1004, 128, 128, 64), (Pieces{128}));  // ends between boundaries
  EXPECT_EQ(completions(0x1007, 125, 128, 64), (Pieces{125}));
  EXPECT_EQ(completions(0x1007, 126, 128, 64), (Pieces{121, 5}));
  EXPECT_EQ(requests(0x1002, 254, 256), (Pieces{254}));
  EXPECT_EQ(requests(0x1ffc, 4, 256), (Pieces{4}));
  EXPECT_EQ(requests(0x1ffc, 5, 256), (Pieces{4, 1}));
}

TEST(SplittingTest, EveryCutIsLegalWhateverTheAddress) {
  for (std::uint64_t address = 0x1f00; address < 0x2004; ++address) {
    for (unsigned length = 1; length <= 4096; length += 61) {
      std::uint64_t at = address;
      unsigned total = 0;
      for (unsigned piece : completions(address, length, 128, 64)) {
        ASSERT_LE((at % 4 + piece + 3) / 4, 32u);
        at += piece;
        total += piece;
        ASSERT_TRUE(at % 64 == 0 || total == length);
      }
      ASSERT_EQ(total, length);
    }
  }
}

}  // namespace
}  // namespace doorbell::pcie
