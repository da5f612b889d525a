// Random translations (sw/translations) on QEMU 7.2 and here: one C program makes stream tables,
// CDs, tables of each granule, commands and DMA, and prints what comes of them.
#include <gtest/gtest.h>

#include <regex>

#include "tests/differential/transcript_comparison.h"
#include "tests/differential/translations_machine.h"
#include "tests/support/child_process.h"
#include "tests/support/long_run.h"
#include "tests/system/command.h"

namespace doorbell::test {
namespace {

const std::vector<Difference> differences = {
    {"registers", "IDR0", "d44721b", "d40101a", "MSI, SEV, Hyp, S2P, VMID16 are offered: 6.3.1"},
    {"registers", "IDR1", "20f0010", "2730010", "sizes of the queues: 6.3.2"},
    {"registers", "IDR3", "1514", "1404", "XNX and FWB come with stage 2: 6.3.4"},
    {"EVENTQ.overflow", "flag|gerror", "[01]", "[04]",
     "a full queue overflows, and is no abort: 7.4"},
    {"CMD_ATC_INV", "error", "1", "0", "without ATS: CERROR_ILL, 4.5"},
    {"CMD_PRI_RESP", "error", "1", "0", "without PRI: CERROR_ILL, 4.5"},
    {"CMD_RESUME", "error", "1", "0", "without stalls: CERROR_ILL, 4.6"},
    {"CMD_STALL_TERM", "error", "1", "0", "without stalls: CERROR_ILL, 4.6"},
    {"CMD_SYNC.CS=3", "error", "1", "0", "CS 0b11 is reserved: CERROR_ILL, 4.7.3"},
    {"CMD_TLBI_NH_VA*.range=reserved", "error", "1", "0", "NUM, SCALE, TTL 0 with TG: 4.4.1.1"},
    {"STE.S1CDMax=1", "data|events", ".*", ".*", "without substreams S1CDMax is IGNORED: 5.2"},
    {"STE.S1ContextPtr=beyond_OAS", "events", "4:.*", "9:.*",
     "the STE is illegal since v3.1: 3.4.3"},
    {"STE.S1ContextPtr=hole", "events", "9:.*", "9:.*", "FetchAddr is in doubleword 3: 7.3.10"},
    {"leaf.AF=0", "data|events", ".*", ".*",
     "an Access flag fault, which QEMU 7.2 has not: 7.3.15"},
    {"leaf.AP=[02]", "data|events", ".*", ".*", "AP[1]: unprivileged accesses, DDI 0487 D8.4"},
    {"table.APTable=1", "data|events", ".*", ".*", "the same by tables: DDI 0487 D8.4"},
    {"leaf.address=beyond_IPS", "data|events", ".*", ".*", "an address size fault: 7.3.14"},
    {"table.address=beyond_IPS", "events", "11:.*", "b:.*", "the same, before the read: 7.3.14"},
};

/// QEMU leaves CLASS of faults of translation at 0, which is CD: IHI 0070 7.3.13 to 7.3.16.
std::string without_class(const std::string& word) {
  return std::regex_replace(word, std::regex("(1[0-3]:0:[0-9a-f]+:c)2"), "$010");
}

std::string on_qemu(unsigned levels, std::uint64_t first, std::uint64_t count) {
  // The device's DMA takes 100 ms of virtual time, which here follows instructions, 1 us each.
  const testing::CommandResult result = testing::run_command(
      std::string(QEMU_SYSTEM_AARCH64) +
      " -M virt,gic-version=3,iommu=smmuv3 -cpu cortex-a57 -smp 1 -m 1024 -nodefaults -no-reboot"
      " -display none -serial stdio -monitor none -icount shift=10"
      " -device edu,addr=1,dma_mask=0xffffffffffff -kernel " +
      TRANSLATIONS_FIRMWARE + " -append 'seed=" + std::to_string(first) +
      " count=" + std::to_string(count) + " levels=" + std::to_string(levels) + "'");
  EXPECT_EQ(result.status, 0) << result.errors;
  return result.output;
}

/// Half of the seeds for stream tables of one level, half for two: QEMU 7.2 knows no linear table
/// once it had one of two levels, though IHI 0070 6.3.25 lets FMT change.
void compare(TranscriptComparison& comparison, unsigned levels, std::uint64_t first,
             std::uint64_t seeds) {
  comparison.expect_same(
      output_of_child([&] { return run_translations(levels == 2, first, seeds); }),
      on_qemu(levels, first, seeds));
}

TEST(RandomTranslations, PrintWhatTheyPrintOnQemu) {
  const std::uint64_t seeds = cases<std::uint64_t>(10, 300);
  TranscriptComparison comparison(differences, without_class);
  compare(comparison, 1, 0, seeds / 2);
  compare(comparison, 2, seeds / 2, seeds / 2);
  if (long_run()) comparison.expect_all_used();
}

}  // namespace
}  // namespace doorbell::test
