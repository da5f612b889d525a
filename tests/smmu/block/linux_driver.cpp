#include "tests/smmu/block/linux_driver.h"

#include <bit>

namespace doorbell::smmu::test {
namespace {

constexpr std::uint64_t genmask(unsigned high, unsigned low) {
  return (~0ULL >> (63 - high)) & (~0ULL << low);
}

/// arm_smmu_get_ste_used: what the hardware looks at.
LinuxDriver::Words used_of_ste(const LinuxDriver::Words& entry) {
  LinuxDriver::Words used{1};
  if ((entry[0] & 1) == 0) return used;
  used[0] |= genmask(3, 1);
  const unsigned config = entry[0] >> 1 & 7;
  if (config == 5) {
    used[0] |= genmask(5, 4) | genmask(51, 6) | genmask(63, 59);
    used[1] |= genmask(7, 0) | 1u << 27 | genmask(31, 28);
  }
  if (config >= 4) used[1] |= genmask(45, 44);
  return used;
}

/// arm_smmu_get_cd_used.
LinuxDriver::Words used_of_cd(const LinuxDriver::Words& entry) {
  LinuxDriver::Words used{1u << 31};
  if ((entry[0] & 1u << 31) == 0) return used;
  used = {~0ULL, ~0ULL, 0, ~0ULL};
  if (entry[0] & 1u << 14) {  // EPD0: nothing of TTB0
    used[0] &= ~genmask(13, 0);
    used[1] = 0;
  }
  return used;
}

}  // namespace

LinuxDriver::Words LinuxDriver::stage_1(std::uint64_t cds, unsigned s1cdmax, unsigned s1fmt) {
  return {1 | 5 << 1 | std::uint64_t{s1fmt} << 4 | cds | std::uint64_t{s1cdmax} << 59, 0xd6};
}

LinuxDriver::Words LinuxDriver::cd(std::uint16_t asid, std::uint64_t root) {
  // T0SZ, IR0, OR0, SH0, EPD1, V, IPS: 44 bits, AA64, R, A, ASET, ASID
  return {0x0000'e204'c000'3510 | std::uint64_t{asid} << 48, root, 0, 0xffff'ffff'f404'ff44};
}

LinuxDriver::Words LinuxDriver::sva_cd(std::uint16_t asid, std::uint64_t root) {
  Words words = cd(asid, root);
  words[0] &= ~(std::uint64_t{1} << 47);
  return words;
}

LinuxDriver::Words LinuxDriver::quiet_cd(std::uint16_t asid) {
  Words words = sva_cd(asid, 0);
  words[0] &= ~genmask(13, 0);            // what EPD0 leaves unused
  words[0] |= 1u << 14;                   // EPD0
  words[0] &= ~(std::uint64_t{1} << 45);  // R
  return words;
}

Task<void> LinuxDriver::probe(std::uint32_t idr1) {
  const std::uint64_t idr0 = co_await bench_.read(0x0);
  const std::uint64_t form = form_ == SyncForm::message ? 1u << 13 : 0;
  // Stage 2 and Hyp, and CD2L where there are substreams, may be offered beside.
  const std::uint64_t beside = 1u << 0 | 1u << 9 | (idr1 >> 6 & 0x1f ? 1u << 19 : 0);
  EXPECT_EQ(idr0 & ~beside, 0x0d44'101au | form);
  EXPECT_EQ(co_await bench_.read(0x4), idr1);
  EXPECT_EQ(co_await bench_.read(0xc) & 0x404, 0x404u);  // HAD, RIL
  EXPECT_EQ(co_await bench_.read(0x14), 0x74u);
  EXPECT_EQ(co_await bench_.read(0x18), 0u);
}

Task<void> LinuxDriver::set(std::uint64_t offset, std::uint64_t value, unsigned size) {
  co_await bench_.write(offset, value, size);
  const std::uint64_t written = co_await bench_.read(offset, size);
  EXPECT_EQ(written, value) << std::hex << offset;
}

Task<void> LinuxDriver::update(std::uint64_t offset, std::uint64_t acknowledge,
                               std::uint64_t value) {
  co_await bench_.write_and_poll(offset, acknowledge, value);
  const std::uint64_t written = co_await bench_.read(offset);
  EXPECT_EQ(written, value) << std::hex << offset;
}

Task<void> LinuxDriver::reset() {
  bench_.memory.store(level_1, level_2 | 9);  // Span
  for (std::uint32_t stream = 0; stream < 256; ++stream)
    bench_.memory.store(ste(stream), 1);
  const std::uint64_t cr0 = co_await bench_.read(Bench::CR0);
  EXPECT_EQ(cr0, 0u);
  co_await update(Bench::CR0, Bench::CR0ACK, 0);
  co_await set(Bench::CR1, 0xd75);
  co_await set(Bench::CR2, 0x6);
  co_await set(Bench::STRTAB_BASE, level_1 | 1ULL << 62, 8);
  co_await set(Bench::STRTAB_BASE_CFG, STRTAB_BASE_CFG_value);
  co_await set(Bench::CMDQ_BASE, Bench::command_queue | Bench::log2_commands | 1ULL << 62, 8);
  co_await set(Bench::CMDQ_PROD, 0);
  co_await set(Bench::CMDQ_CONS, 0);
  co_await update(Bench::CR0, Bench::CR0ACK, 0x8);
  co_await issue(Command{.opcode = Opcode::CMD_CFGI_STE_RANGE, .range = 31});
  co_await issue(Command{.opcode = Opcode::CMD_TLBI_NSNH_ALL});
  co_await set(Bench::EVTQ_BASE, Bench::event_queue | 4 | 1ULL << 62, 8);
  co_await set(Bench::EVTQ_PROD, 0);
  co_await set(Bench::EVTQ_CONS, 0);
  co_await update(Bench::CR0, Bench::CR0ACK, 0xc);
  co_await update(Bench::IRQ_CTRL, Bench::IRQ_CTRLACK, 0);
  co_await set(Bench::GERROR_IRQ_CFG0, 0, 8);
  co_await set(Bench::EVTQ_IRQ_CFG0, 0, 8);
  co_await update(Bench::IRQ_CTRL, Bench::IRQ_CTRLACK, 0x5);
  co_await update(Bench::CR0, Bench::CR0ACK, 0xd);
}

Task<void> LinuxDriver::issue(Command command) {
  bench_.post(command);
  const std::uint64_t place =
      Bench::command_queue + 16ULL * (bench_.prod() % (1u << Bench::log2_commands));
  if (form_ == SyncForm::polling) {
    bench_.post(CommandWords{0x0fc0'2046, 0});
    co_await bench_.ring();
    co_await bench_.drained();
    co_return;
  }
  bench_.post(CommandWords{0x0fc0'1046, place});
  co_await bench_.ring();
  while (bench_.memory.load(place, 4) != 0)
    co_await bench_.sleep(10 * nanosecond);
  // Places before it are free, and nothing but the message has been written.
  EXPECT_EQ(co_await bench_.read(Bench::CMDQ_CONS), bench_.prod());
  EXPECT_EQ(bench_.memory.load(place + 8), place);
}

LinuxDriver::Words LinuxDriver::load(std::uint64_t address) {
  Words words;
  for (unsigned i = 0; i < words.size(); ++i)
    words[i] = bench_.memory.load(address + 8 * i);
  return words;
}

Task<void> LinuxDriver::set_words(std::uint64_t address, const Words& target, unsigned first,
                                  unsigned end, Command cfgi) {
  const Words now = load(address);
  bool changed = false;
  for (unsigned i = first; i < end; ++i) {
    if (now[i] == target[i]) continue;
    bench_.memory.store(address + 8 * i, target[i]);
    changed = true;
  }
  if (!changed) co_return;
  ++invalidations;
  co_await issue(cfgi);
}

Task<void> LinuxDriver::write_entry(std::uint64_t address, const Words& target, Used used,
                                    Command cfgi) {
  const Words now = load(address);
  const Words used_now = used(now), used_then = used(target);
  Words unused = now;
  unsigned differing = 0;
  for (unsigned i = 0; i < now.size(); ++i) {
    unused[i] = (now[i] & used_now[i]) | (target[i] & ~used_now[i]);
    if ((unused[i] & used_then[i]) != target[i]) differing |= 1u << i;
  }
  const auto words = static_cast<unsigned>(now.size());
  if (std::popcount(differing) == 1) {
    const auto critical = static_cast<unsigned>(std::countr_zero(differing));
    unused[critical] = now[critical];
    co_await set_words(address, unused, 0, words, cfgi);
    co_await set_words(address, target, critical, critical + 1, cfgi);
    co_await set_words(address, target, 0, words, cfgi);
  } else if (differing != 0) {
    unused[0] = 0;
    co_await set_words(address, unused, 0, 1, cfgi);
    co_await set_words(address, target, 1, words, cfgi);
    co_await set_words(address, target, 0, 1, cfgi);
  } else {
    co_await set_words(address, target, 0, words, cfgi);
  }
}

Task<void> LinuxDriver::write_ste(std::uint32_t stream, const Words& target) {
  co_await write_entry(
      ste(stream), target, used_of_ste,
      Command{.opcode = Opcode::CMD_CFGI_STE, .stream = {.stream_id = stream}, .leaf = true});
  bench_.post(Command{.opcode = Opcode::CMD_PREFETCH_CONFIG, .stream = {.stream_id = stream}});
  co_await bench_.ring();
}

Task<void> LinuxDriver::write_cd(std::uint32_t stream, std::uint32_t substream,
                                 std::uint64_t address, const Words& target) {
  const Stream one{.stream_id = stream, .substream_id = substream, .substream_valid = true};
  co_await write_entry(address, target, used_of_cd,
                       Command{.opcode = Opcode::CMD_CFGI_CD, .stream = one, .leaf = true});
}

}  // namespace doorbell::smmu::test
