#include "doorbell/pcie/arch/ordering.h"

#include <gtest/gtest.h>

namespace doorbell::pcie {
namespace {

// PCIe 6.0 Table 2-42, by its own letters.
class OrderingTest : public ::testing::Test {
 protected:
  TlpHeader write = memory_request(TlpType::MWr, 1, 0x1000, 4);
  TlpHeader read = memory_request(TlpType::MRd, 1, 0x1000, 4);
  TlpHeader config_write = configuration_request(true, 1, 8, 0, 4);
  TlpHeader cpl = completion_with_data(read, 1, 0, 4);
};

TEST_F(OrderingTest, NothingPassesPostedWrites) {
  EXPECT_EQ(may_pass(write, write), Passing::no);         // A2a
  EXPECT_EQ(may_pass(read, write), Passing::no);          // B2a
  EXPECT_EQ(may_pass(config_write, write), Passing::no);  // C2a
  EXPECT_EQ(may_pass(cpl, write), Passing::no);           // D2a
}

TEST_F(OrderingTest, RelaxedOrderingFreesAllButReads) {
  for (TlpHeader later : {write, config_write, cpl}) {
    later.relaxed_ordering = true;
    EXPECT_EQ(may_pass(later, write), Passing::either);
  }
  TlpHeader later = read;
  later.relaxed_ordering = true;
  EXPECT_EQ(may_pass(later, write), Passing::no);
}

TEST_F(OrderingTest, IdBasedOrderingFreesOtherRequesters) {
  for (TlpHeader later : {write, read, config_write}) {
    later.id_based_ordering = true;
    EXPECT_EQ(may_pass(later, write), Passing::no);
    later.requester = 2;
    EXPECT_EQ(may_pass(later, write), Passing::either);
  }
}

TEST_F(OrderingTest, PostedWritesMustPassBlockedReadsAndCompletions) {
  EXPECT_EQ(may_pass(write, read), Passing::yes);
  EXPECT_EQ(may_pass(write, cpl), Passing::yes);
  EXPECT_EQ(may_pass(cpl, read), Passing::yes);
}

TEST_F(OrderingTest, CompletionsOfOneRequestStayInOrder) {
  EXPECT_EQ(may_pass(cpl, cpl), Passing::no);
  TlpHeader other = cpl;
  other.tag = 7;
  EXPECT_EQ(may_pass(other, cpl), Passing::either);
}

}  // namespace
}  // namespace doorbell::pcie
