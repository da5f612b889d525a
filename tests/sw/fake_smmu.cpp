#include "tests/sw/fake_smmu.h"

#include "sw/drivers/smmu/registers.h"
#include "sw/drivers/smmu/structures.h"

namespace doorbell::sw {

FakeSmmu::FakeSmmu(FakeHardware& hardware, std::uint64_t base) : hardware_(hardware) {
  registers_[SMMU_IDR0] = IDR0_S1P | 2 << 2 | IDR0_COHACC | 2 << 21 | 1 << 24;
  registers_[SMMU_IDR1] = 16 | 19 << 16 | 19 << 21;
  registers_[SMMU_IDR5] = IDR5_GRAN4K | 5;
  hardware.add_frame(
      base, 0x20000, [this](std::uint64_t offset, unsigned) { return read(offset); },
      [this](std::uint64_t offset, unsigned, std::uint64_t data) { write(offset, data); });
}

std::uint64_t FakeSmmu::value(unsigned offset) const {
  const auto found = registers_.find(offset);
  return found == registers_.end() ? 0 : found->second;
}

DecodedCommand::Offer FakeSmmu::offer() const {
  return {.msi = (value(SMMU_IDR0) & IDR0_MSI) != 0,
          .send_event = (value(SMMU_IDR0) & IDR0_SEV) != 0,
          .range_invalidation = (value(SMMU_IDR3) & IDR3_RIL) != 0,
          .substream_id_bits = static_cast<unsigned>(field_get(IDR1_SSIDSIZE, value(SMMU_IDR1))),
          .stage_2 = (value(SMMU_IDR0) & IDR0_S2P) != 0,
          .stalls = field_get(IDR0_STALL_MODEL, value(SMMU_IDR0)) != STALL_MODEL_TERMINATE,
          .ats = (value(SMMU_IDR0) & IDR0_ATS) != 0,
          .page_requests = (value(SMMU_IDR0) & IDR0_PRI) != 0};
}

std::uint64_t FakeSmmu::read(std::uint64_t offset) {
  consumer_reads += offset == SMMU_CMDQ_CONS;
  return registers_[offset];
}

void FakeSmmu::write(std::uint64_t offset, std::uint64_t data) {
  registers_[offset] = data;
  if (offset == SMMU_CR0 && acknowledges) registers_[SMMU_CR0ACK] = data;
  if (offset == SMMU_IRQ_CTRL) registers_[SMMU_IRQ_CTRLACK] = data;
  if (offset == SMMU_GBPA) registers_[SMMU_GBPA] = data & ~GBPA_UPDATE;
  if (offset == SMMU_CMDQ_PROD && (registers_[SMMU_CR0] & CR0_CMDQEN)) {
    ++publications;
    if (runs) run();
  }
  if (offset == SMMU_GERRORN) {
    registers_[SMMU_CMDQ_CONS] &= ~CMDQ_CONS_ERR;
    if (runs) run();
  }
}

void FakeSmmu::stop(std::uint64_t error) {
  registers_[SMMU_GERROR] ^= GERROR_CMDQ;
  registers_[SMMU_CMDQ_CONS] |= field_put(CMDQ_CONS_ERR, error);
  if ((registers_[SMMU_IRQ_CTRL] & IRQ_CTRL_GERROR) && on_global_error) on_global_error();
}

void FakeSmmu::complete(const DecodedCommand& sync) {
  ++syncs;
  if (sync.signal == DecodedCommand::Signal::interrupt && offer().msi && sync.msi_address != 0) {
    late_.push_back(sync);
    if (!messages_are_late) deliver();
  }
  events += sync.signal == DecodedCommand::Signal::event && offer().send_event;
}

void FakeSmmu::deliver() {
  for (const DecodedCommand& sync : late_)
    hardware_.store(sync.msi_address, 4, sync.msi_data);
  late_.clear();
}

bool FakeSmmu::fails(const DecodedCommand& command, const Words& words) {
  const std::uint64_t opcode = words[0] & 0xff;
  if (!command.legal || (refused_opcode != 0 && opcode == refused_opcode)) {
    stop(CERROR_ILL);
    return true;
  }
  if (opcode == CMD_ATC_INV && unanswered_invalidations != 0) {
    --unanswered_invalidations;
    sync_fails_ = true;
  }
  if (!command.sync || !std::exchange(sync_fails_, false)) return false;
  stop(CERROR_ATC_INV_SYNC);
  return true;
}

bool FakeSmmu::step() {
  if ((registers_[SMMU_GERROR] ^ registers_[SMMU_GERRORN]) & GERROR_CMDQ) return false;
  std::uint64_t& consumer = registers_[SMMU_CMDQ_CONS];
  const std::uint64_t producer = registers_[SMMU_CMDQ_PROD];
  if (consumer == producer) return false;
  const std::uint64_t queue = registers_[SMMU_CMDQ_BASE] & BITS(51, 5);
  const unsigned log2 = registers_[SMMU_CMDQ_BASE] & 31;
  const std::uint64_t entry = queue + 16 * (consumer & (BIT(log2) - 1));
  const Words words = {hardware_.load(entry, 8), hardware_.load(entry + 8, 8)};
  const DecodedCommand command = DecodedCommand::of(words, offer());
  illegal += !command.legal;
  unclean += command.legal && !command.clean;
  if (fails(command, words)) return false;
  const bool was_full = (consumer ^ producer) == BIT(log2);
  consumer = (consumer + 1) & (BIT(log2 + 1) - 1);
  events += was_full && offer().send_event;  // IHI 0070, 4.1.2
  if (on_command) on_command();
  if (command.sync) {
    complete(command);
  } else {
    commands.push_back(words);
  }
  return true;
}

}  // namespace doorbell::sw
