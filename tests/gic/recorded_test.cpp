// Linux's GIC and ITS drivers as they were recorded on QEMU 7.2 (traces/recordings), played against
// the whole GIC, each row after the one before has settled: each read gives what QEMU gave; each
// command is executed without an error; each acknowledge returns the same interrupt; and each line
// to a processor has the same level.

#include <gtest/gtest.h>

#include <map>

#include "doorbell/gic/arch/icc_registers.h"
#include "tests/gic/gic_bench.h"
#include "tests/traces/register_recording.h"

namespace doorbell::gic::test {
namespace {

using doorbell::test::read_recording;
using doorbell::test::RecordedRow;

/// QEMU takes no time: what says that something is done is polled.
bool polled(const RecordedRow& row) {
  if (row.kind == "gits") return row.offset() == 0x0000 || row.offset() == 0x0090;
  if (row.kind == "gicr") return row.offset() == 0x0000 || row.offset() == 0x0014;
  return row.offset() == 0x0000;
}

std::uint32_t encoding_of(const std::string& register_name) {
  for (const IccRegister icc :
       {IccRegister::ICC_PMR_EL1, IccRegister::ICC_AP0R0_EL1, IccRegister::ICC_AP1R0_EL1,
        IccRegister::ICC_DIR_EL1, IccRegister::ICC_SGI1R_EL1, IccRegister::ICC_IAR1_EL1,
        IccRegister::ICC_EOIR1_EL1, IccRegister::ICC_BPR1_EL1, IccRegister::ICC_CTLR_EL1,
        IccRegister::ICC_IGRPEN1_EL1}) {
    if (register_name == name(icc)) return static_cast<std::uint32_t>(icc);
  }
  ADD_FAILURE() << register_name;
  return 0;
}

/// A recording and the GIC that it is played on.
class Player {
 public:
  Player(Bench& bench, const std::string& recording)
      : bench_(bench),
        rows_(read_recording(std::string(DOORBELL_TRACES) + "/recordings/" + recording +
                             ".csv.gz")) {}

  void play() {
    for (next_ = 0; next_ < rows_.size() && !testing::Test::HasFailure(); ++next_) {
      const RecordedRow& row = rows_[next_];
      SCOPED_TRACE(std::to_string(row.step) + ": " + row.source + " " + row.kind + " " + row.op +
                   " " + row.where);
      step(row);
    }
    EXPECT_GT(acknowledged_, 0u);
    EXPECT_EQ(bench_.counter("its.dropped"), 0u);
    for (const char* const error :
         {"DEVICE_OOR", "SIZE_OOR", "COLLECTION_OOR", "UNMAPPED_DEVICE", "ID_OOR", "PHYSICALID_OOR",
          "UNMAPPED_INTERRUPT", "UNMAPPED_COLLECTION", "COMMAND_UNKNOWN", "MEMORY_FAULT"})
      EXPECT_EQ(bench_.counter(std::string("its.command_errors.") + error), 0u) << error;
  }

 private:
  void step(const RecordedRow& row) {
    if (row.where.starts_with("ICH_")) return;  // the virtual interface
    if (row.kind == "gicd" || row.kind == "gicr" || row.kind == "gits") {
      row.op == "read" ? read(row) : write(row);
    } else if (row.kind == "icc") {
      access_icc(row);
    } else if (row.kind == "line") {
      drive(row);
    } else if (row.kind == "lpi") {
      bench_.doorbell(row.number(), static_cast<std::uint32_t>(row.value()));
      bench_.advance(microsecond);
    } else if (row.kind == "out") {
      EXPECT_EQ(bench_.processors[row.number()]->irq, row.value() != 0) << row.extra;
    }
  }

  InitiatorSocket& socket_of(const RecordedRow& row) {
    if (row.kind == "gicd") return bench_.gicd;
    if (row.kind == "gits") return bench_.gits;
    return *bench_.gicr[row.extra_number("rd")];
  }

  void read(const RecordedRow& row) {
    std::uint64_t value = bench_.read(socket_of(row), row.offset(), row.size);
    for (unsigned polls = 0; polled(row) && value != row.value() && polls < 20; ++polls) {
      bench_.advance(microsecond);
      value = bench_.read(socket_of(row), row.offset(), row.size);
    }
    EXPECT_EQ(value, row.value()) << std::hex << value;
  }

  void write(const RecordedRow& row) {
    if (row.kind == "gits" && row.offset() == 0x0080) queue_ = bits(row.value(), 51, 12) << 12;
    if (row.kind == "gits" && row.offset() == 0x0100) provide_first_level(row.value());
    if (row.kind == "gits" && row.offset() == 0x0088) bring_commands(row.value());
    if (row.kind == "gicr" && row.offset() == 0x0070)
      configurations_ = bits(row.value(), 51, 12) << 12;
    if (row.kind == "gicr" && row.offset() == 0x0014)
      reset_interface(static_cast<unsigned>(row.extra_number("rd")));
    EXPECT_TRUE(bench_.write(socket_of(row), row.offset(), row.size, row.value()));
    bench_.advance(microsecond);
    while (bench_.gic.its().registers().has_command())
      bench_.advance(microsecond);
  }

  /// A processor that starts, at first or after CPU_OFF, comes from a reset, which has no row. It
  /// wakes its redistributor then.
  void reset_interface(unsigned processor) {
    for (const IccRegister icc :
         {IccRegister::ICC_IGRPEN1_EL1, IccRegister::ICC_PMR_EL1, IccRegister::ICC_CTLR_EL1,
          IccRegister::ICC_BPR1_EL1, IccRegister::ICC_AP0R0_EL1, IccRegister::ICC_AP1R0_EL1})
      bench_.write_icc(processor, static_cast<std::uint32_t>(icc), 0);
  }

  /// First levels are plain memory, and not in the recordings. All its DeviceIDs are of one page.
  void provide_first_level(std::uint64_t BASER) {
    constexpr std::uint64_t valid = 1ULL << 63, Indirect = 1ULL << 62;
    if ((BASER & valid) != 0 && (BASER & Indirect) != 0)
      bench_.provide(bits(BASER, 47, 16) << 16, 0, 0x7000'0000);
  }

  /// Commands stand in memory before GITS_CWRITER says so; their rows follow its own.
  void bring_commands(std::uint64_t CWRITER) {
    for (std::size_t i = next_ + 1; offset_ != CWRITER && i < rows_.size(); ++i) {
      if (rows_[i].kind != "its_command") continue;
      ASSERT_EQ(rows_[i].words.size(), 4u);
      ASSERT_EQ(rows_[i].offset() * its_command_bytes, offset_) << "its index in the queue";
      ItsCommandWords words{};
      for (unsigned word = 0; word < 4; ++word) {
        std::array<std::uint8_t, 8> bytes{};
        words[word] = rows_[i].words[word];
        store_little_endian<std::uint64_t>(bytes, words[word]);
        bench_.memory.poke(queue_ + offset_ + 8 * word, bytes);
      }
      configure(decode(words));
      EXPECT_EQ(name(decode(words).opcode), rows_[i].op);
      EXPECT_EQ(encode(decode(words)), words) << "no field is lost";
      offset_ = (offset_ + its_command_bytes) % 0x10000;
    }
  }

  /// The configuration table is plain memory, and not in the recordings: of an event's INVs the
  /// first behind its MAPTI enables, the next disables, and so on (traces/recordings/README.md).
  void configure(const ItsCommand& command) {
    const std::uint64_t event = std::uint64_t{command.DeviceID} << 32 | command.EventID;
    if (command.opcode == ItsOpcode::MAPTI) {
      INTIDs_[event] = command.pINTID;
      enabled_[event] = false;
      put_configuration(command.pINTID, false);
    } else if (command.opcode == ItsOpcode::INV) {
      enabled_[event] = !enabled_[event];
      put_configuration(INTIDs_[event], enabled_[event]);
    }
  }
  void put_configuration(std::uint32_t INTID, bool enabled) {
    bench_.memory.poke(configurations_ + INTID - first_lpi,
                       static_cast<std::uint8_t>(0xA2 | (enabled ? 1 : 0)));
  }

  void access_icc(const RecordedRow& row) {
    const std::uint32_t encoding = encoding_of(row.where);
    if (row.op == "read" || row.op == "ack") {
      acknowledged_ += row.op == "ack";
      EXPECT_EQ(bench_.read_icc(row.number(), encoding), row.value());
    } else {
      bench_.write_icc(row.number(), encoding, row.value());
    }
    bench_.advance(microsecond);
  }

  void drive(const RecordedRow& row) {
    const auto INTID = static_cast<std::uint32_t>(row.offset());
    WireIn& wire = row.op == "ppi" ? bench_.gic.redistributor(row.number()).ppi(INTID)
                                   : bench_.gic.distributor().spi(INTID);
    WireInterface& line = *static_cast<sc_core::sc_export<WireInterface>&>(wire).operator->();
    line.set(row.value() != 0, Bench::time());
    bench_.advance(microsecond);
  }

  Bench& bench_;
  std::vector<RecordedRow> rows_;
  std::size_t next_ = 0;
  std::uint64_t queue_ = 0, offset_ = 0, configurations_ = 0;
  std::map<std::uint64_t, std::uint32_t> INTIDs_;  ///< by DeviceID and EventID
  std::map<std::uint64_t, bool> enabled_;
  unsigned acknowledged_ = 0;
};

struct Recording {
  const char* name;
  unsigned processors;
};

class Recorded : public testing::TestWithParam<Recording> {};

TEST_P(Recorded, GoesAsOnQemu) {
  Bench bench({}, GetParam().processors);
  Player player(bench, GetParam().name);
  player.play();
}

INSTANTIATE_TEST_SUITE_P(Recordings, Recorded,
                         testing::Values(Recording{"gic_boot_4cpu", 4},
                                         Recording{"gic_boot_20cpu", 20},
                                         Recording{"gic_boot_4cpu_el2", 4},
                                         Recording{"gic_tree_4cpu", 4}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace doorbell::gic::test
