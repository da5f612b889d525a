// What is told of a TLP without drawing up its header is what its header says.
#include "doorbell/pcie/transaction.h"

#include <gtest/gtest.h>

namespace doorbell::pcie::test {
namespace {

constexpr pcie_tlp::Type types[] = {
    pcie_tlp::Type::memory_read,        pcie_tlp::Type::memory_write,
    pcie_tlp::Type::configuration_read, pcie_tlp::Type::configuration_write,
    pcie_tlp::Type::completion,         pcie_tlp::Type::completion_with_data};
constexpr std::uint64_t addresses[] = {0x40, 0x43, 0xffff'fffc, 0x1'0000'0000, 0x1'0000'0006};

TEST(Transaction, TakesTheCreditsAndTheBytesOfTheLineThatItsHeaderSays) {
  for (const pcie_tlp::Type type : types) {
    for (const std::uint64_t address : addresses) {
      for (const unsigned length : {1U, 2U, 4U}) {
        for (const unsigned whole : {0U, 16U, 252U}) {
          Tlp tlp;
          tlp.type = type;
          const bool configuration = type == pcie_tlp::Type::configuration_read ||
                                     type == pcie_tlp::Type::configuration_write;
          tlp.address = configuration ? 0x40 : address;
          tlp.length = configuration ? length : length + whole;
          const TlpHeader header = header_of(tlp);
          EXPECT_EQ(credits_needed(tlp), credits_needed(header));
          for (unsigned generation = 1; generation <= 6; ++generation) {
            EXPECT_EQ(wire_bytes(tlp, generation), wire_bytes(header, generation));
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace doorbell::pcie::test
