#pragma once

#include <array>

#include "tests/smmu/block/bench.h"

namespace doorbell::smmu::test {

/// How the driver learns that a CMD_SYNC has completed: it overwrites its own place in the queue
/// (IDR0.MSI, IDR0.COHACC), or SMMU_CMDQ_CONS passes it (IDR0.SEV).
enum class SyncForm : std::uint8_t { message, polling };

/// Linux's arm-smmu-v3 as a script: what it reads, writes and stores, in its order, with its
/// values (drivers/iommu/arm/arm-smmu-v3). Entries change by the algorithm of 6.8 and later.
class LinuxDriver {
 public:
  using Words = std::array<std::uint64_t, 8>;

  static constexpr std::uint64_t level_1 = Bench::stream_table;
  static constexpr std::uint64_t level_2 = 0x8080'0000;  ///< of StreamIDs 0 to 255
  static constexpr unsigned STRTAB_BASE_CFG_value = 1u << 16 | 8u << 6 | 16;

  LinuxDriver(Bench& bench, SyncForm form) : bench_(bench), form_(form) {}

  /// arm_smmu_device_hw_probe.
  Task<void> probe(std::uint32_t idr1);
  /// arm_smmu_device_reset, with read-backs that Linux leaves out.
  Task<void> reset();
  /// CR0 = 0, as at shutdown.
  Task<void> shut_down() { return update(Bench::CR0, Bench::CR0ACK, 0); }

  /// A command, a CMD_SYNC, and what is waited for.
  Task<void> issue(Command command);

  Task<void> write_ste(std::uint32_t stream, const Words& target);
  /// Of a substream of `stream`, whose CD is at `address`.
  Task<void> write_cd(std::uint32_t stream, std::uint32_t substream, std::uint64_t address,
                      const Words& target);
  unsigned invalidations = 0;  ///< CFGIs that entries have cost.

  static std::uint64_t ste(std::uint32_t stream) { return level_2 + 64ULL * stream; }
  static Words aborting() { return {1}; }
  static Words bypassing() { return {1 | 4 << 1, std::uint64_t{1} << 44}; }  // SHCFG: incoming
  /// `s1cdmax` and `s1fmt` of a table of CDs.
  static Words stage_1(std::uint64_t cds, unsigned s1cdmax = 0, unsigned s1fmt = 0);
  static Words cd(std::uint16_t asid, std::uint64_t root);
  /// arm_smmu_make_sva_cd: ASET = 0.
  static Words sva_cd(std::uint16_t asid, std::uint64_t root);
  /// The same when its process is gone: EPD0, no records.
  static Words quiet_cd(std::uint16_t asid);

 private:
  using Used = Words (*)(const Words&);

  Task<void> update(std::uint64_t offset, std::uint64_t acknowledge, std::uint64_t value);
  Task<void> set(std::uint64_t offset, std::uint64_t value, unsigned size = 4);
  Task<void> write_entry(std::uint64_t address, const Words& target, Used used, Command cfgi);
  Task<void> set_words(std::uint64_t address, const Words& target, unsigned first, unsigned end,
                       Command cfgi);
  Words load(std::uint64_t address);

  Bench& bench_;
  SyncForm form_;
};

}  // namespace doorbell::smmu::test
