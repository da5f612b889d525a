#include "doorbell/gic/arch/its_command.h"

#include <gtest/gtest.h>

#include <utility>

#include "doorbell/gic/arch/its_error.h"

namespace doorbell::gic {
namespace {

// Field positions as Linux's irq-gic-v3-its.c encodes them: command 0[7:0], DeviceID 0[63:32],
// EventID 1[31:0], physical INTID 1[63:32], Size 1[4:0], ITT address 2[51:8], target 2[51:16],
// collection 2[15:0], valid 2[63].

TEST(ItsCommand, MAPD) {
  const ItsCommandWords words{0x0000'1234'0000'0008, 0x0000'0000'0000'0004, 0x8000'0000'4567'8900,
                              0};
  const ItsCommand command = decode(words);
  EXPECT_EQ(command.opcode, ItsOpcode::MAPD);
  EXPECT_EQ(command.DeviceID, 0x1234u);
  EXPECT_EQ(command.Size, 4);
  EXPECT_EQ(command.ITT_addr, 0x4567'8900u);
  EXPECT_TRUE(command.V);
  EXPECT_EQ(encode(command), words);
}

TEST(ItsCommand, MAPC) {
  const ItsCommandWords words{0x09, 0, 0x8000'0000'0003'0007, 0};
  const ItsCommand command = decode(words);
  EXPECT_EQ(command.opcode, ItsOpcode::MAPC);
  EXPECT_EQ(command.ICID, 7);
  EXPECT_EQ(command.RDbase, 3u) << "GICR_TYPER.Processor_Number << 16 in bits [51:16]";
  EXPECT_TRUE(command.V);
  EXPECT_EQ(encode(command), words);
}

TEST(ItsCommand, MAPTI) {
  const ItsCommandWords words{0x0000'0801'0000'000A, 0x0000'2005'0000'0003, 0x0002, 0};
  const ItsCommand command = decode(words);
  EXPECT_EQ(command.opcode, ItsOpcode::MAPTI);
  EXPECT_EQ(command.DeviceID, 0x801u);
  EXPECT_EQ(command.EventID, 3u);
  EXPECT_EQ(command.pINTID, 0x2005u);
  EXPECT_EQ(command.ICID, 2);
  EXPECT_EQ(encode(command), words);
}

TEST(ItsCommand, MAPITakesTheEventIDAsINTID) {
  const ItsCommand command = decode({0x0000'0008'0000'000B, 0x2010, 1, 0});
  EXPECT_EQ(command.opcode, ItsOpcode::MAPI);
  EXPECT_EQ(command.EventID, 0x2010u);
  EXPECT_EQ(command.pINTID, 0x2010u);
}

TEST(ItsCommand, OthersHaveTheFieldsOfTheirTables) {
  EXPECT_EQ(encode({.opcode = ItsOpcode::MOVI, .DeviceID = 8, .EventID = 9, .ICID = 5}),
            (ItsCommandWords{0x0000'0008'0000'0001, 9, 5, 0}));
  EXPECT_EQ(encode({.opcode = ItsOpcode::INT, .DeviceID = 8, .EventID = 9}),
            (ItsCommandWords{0x0000'0008'0000'0003, 9, 0, 0}));
  EXPECT_EQ(encode({.opcode = ItsOpcode::CLEAR, .DeviceID = 8, .EventID = 9}),
            (ItsCommandWords{0x0000'0008'0000'0004, 9, 0, 0}));
  EXPECT_EQ(encode({.opcode = ItsOpcode::INV, .DeviceID = 8, .EventID = 9}),
            (ItsCommandWords{0x0000'0008'0000'000C, 9, 0, 0}));
  EXPECT_EQ(encode({.opcode = ItsOpcode::DISCARD, .DeviceID = 8, .EventID = 9}),
            (ItsCommandWords{0x0000'0008'0000'000F, 9, 0, 0}));
  EXPECT_EQ(encode({.opcode = ItsOpcode::INVALL, .ICID = 5}), (ItsCommandWords{0x0D, 0, 5, 0}));
  EXPECT_EQ(encode({.opcode = ItsOpcode::SYNC, .RDbase = 3}),
            (ItsCommandWords{0x05, 0, 0x3'0000, 0}));
  EXPECT_EQ(encode({.opcode = ItsOpcode::MOVALL, .RDbase = 3, .RDbase2 = 1}),
            (ItsCommandWords{0x0E, 0, 0x3'0000, 0x1'0000}));
}

TEST(ItsCommand, EveryKnownCommandSurvivesDecoding) {
  for (unsigned number = 0; number < 256; ++number) {
    const auto opcode = static_cast<ItsOpcode>(number);
    if (!is_known(opcode)) continue;
    const ItsCommandWords ones{~0ULL << 8 | number, ~0ULL, ~0ULL, ~0ULL};
    const ItsCommand command = decode(ones);
    EXPECT_EQ(decode(encode(command)), command) << name(opcode);
  }
}

TEST(ItsCommand, KnownOnesAreThoseOfGICv3) {
  unsigned known = 0;
  for (unsigned number = 0; number < 256; ++number)
    known += is_known(static_cast<ItsOpcode>(number));
  EXPECT_EQ(known, 12u);
  EXPECT_FALSE(is_known(static_cast<ItsOpcode>(0x2A))) << "VMAPTI is of GICv4";
}

TEST(ItsCommand, AreCalledAsTheSpecificationDoes) {
  EXPECT_STREQ(name(ItsOpcode::MAPTI), "MAPTI");
  EXPECT_STREQ(name(ItsOpcode::MOVALL), "MOVALL");
  EXPECT_STREQ(name(static_cast<ItsOpcode>(0x2A)), "unknown") << "VMAPTI is of GICv4";
}

// Each error of 5.3 by its name and its number, as statistics and error codes have them.
TEST(ItsError, AreCalledAndNumberedAsTheSpecificationDoes) {
  const std::pair<ItsError, const char*> names[] = {
      {ItsError::DEVICE_OOR, "DEVICE_OOR"},
      {ItsError::SIZE_OOR, "SIZE_OOR"},
      {ItsError::COLLECTION_OOR, "COLLECTION_OOR"},
      {ItsError::UNMAPPED_DEVICE, "UNMAPPED_DEVICE"},
      {ItsError::ID_OOR, "ID_OOR"},
      {ItsError::PHYSICALID_OOR, "PHYSICALID_OOR"},
      {ItsError::UNMAPPED_INTERRUPT, "UNMAPPED_INTERRUPT"},
      {ItsError::UNMAPPED_COLLECTION, "UNMAPPED_COLLECTION"}};
  std::uint32_t number = 0;
  for (const auto& [error, called] : names) {
    EXPECT_STREQ(name(error), called);
    if (++number == 8) ++number;
    EXPECT_EQ(error_code(ItsOpcode::MAPTI, error), 0x010A00u | number) << called;
  }
  // Without a number in the specification: what ends a doorbell or a command here.
  EXPECT_STREQ(name(ItsError::none), "none");
  EXPECT_STREQ(name(ItsError::COMMAND_UNKNOWN), "COMMAND_UNKNOWN");
  EXPECT_STREQ(name(ItsError::ITS_DISABLED), "ITS_DISABLED");
  EXPECT_STREQ(name(ItsError::MEMORY_FAULT), "MEMORY_FAULT");
  EXPECT_STREQ(name(ItsError::RDBASE_OOR), "RDBASE_OOR");
}

TEST(ItsError, CodesAreTheSpecifications) {
  // As in Linux's arm-gic-v3.h (E_ITS_*) and the error tables of the GIC-600AE.
  EXPECT_EQ(error_code(ItsOpcode::MOVI, ItsError::UNMAPPED_INTERRUPT), 0x010107u);
  EXPECT_EQ(error_code(ItsOpcode::MOVI, ItsError::UNMAPPED_COLLECTION), 0x010109u);
  EXPECT_EQ(error_code(ItsOpcode::INT, ItsError::UNMAPPED_INTERRUPT), 0x010307u);
  EXPECT_EQ(error_code(ItsOpcode::CLEAR, ItsError::UNMAPPED_INTERRUPT), 0x010507u);
  EXPECT_EQ(error_code(ItsOpcode::MAPD, ItsError::DEVICE_OOR), 0x010801u);
  EXPECT_EQ(error_code(ItsOpcode::MAPD, ItsError::SIZE_OOR), 0x010802u);
  EXPECT_EQ(error_code(ItsOpcode::MAPC, ItsError::SIZE_OOR), 0x010902u);
  EXPECT_EQ(error_code(ItsOpcode::MAPC, ItsError::COLLECTION_OOR), 0x010903u);
  EXPECT_EQ(error_code(ItsOpcode::MAPTI, ItsError::UNMAPPED_DEVICE), 0x010A04u);
  EXPECT_EQ(error_code(ItsOpcode::MAPTI, ItsError::ID_OOR), 0x010A05u);
  EXPECT_EQ(error_code(ItsOpcode::MAPTI, ItsError::PHYSICALID_OOR), 0x010A06u);
  EXPECT_EQ(error_code(ItsOpcode::INV, ItsError::UNMAPPED_INTERRUPT), 0x010C07u);
  EXPECT_EQ(error_code(ItsOpcode::INVALL, ItsError::UNMAPPED_COLLECTION), 0x010D09u);
  EXPECT_EQ(error_code(ItsOpcode::DISCARD, ItsError::UNMAPPED_INTERRUPT), 0x010F07u);
  EXPECT_EQ(error_code(ItsOpcode::SYNC, ItsError::none), 0u);
}

}  // namespace
}  // namespace doorbell::gic
