#include "tests/sw/decoded_command.h"

#include <optional>

#include "doorbell/gic/arch/its_command.h"
#include "doorbell/smmu/arch/command.h"

namespace doorbell::sw {
namespace {

std::optional<smmu::Command> decode(const DecodedCommand::Words& words,
                                    const DecodedCommand::Offer& offer) {
  smmu::Features features;
  features.msi = offer.msi;
  features.send_event = offer.send_event;
  features.range_invalidation = offer.range_invalidation;
  features.substream_id_bits = offer.substream_id_bits;
  features.stage2 = offer.stage_2;
  features.stall_model =
      offer.stalls ? smmu::StallModel::configurable : smmu::StallModel::terminate;
  features.ats = offer.ats;
  features.page_requests = offer.page_requests;
  return smmu::decode_command(words, features);
}

}  // namespace

DecodedCommand DecodedCommand::of(const Words& words, const Offer& offer) {
  DecodedCommand result;
  const auto command = decode(words, offer);
  result.legal = command.has_value();
  if (!command) return result;
  result.sync = command->opcode == smmu::Opcode::CMD_SYNC;
  result.signal = static_cast<Signal>(command->signal);
  result.msi_address = command->msi_address;
  result.msi_data = command->msi_data;
  result.clean = result.sync || smmu::encode(*command) == words;
  if (!command->invalidates()) return result;
  const smmu::Invalidation invalidation = command->invalidation();
  result.by_address = invalidation.scope == smmu::Invalidation::Scope::va;
  result.by_ipa = invalidation.scope == smmu::Invalidation::Scope::ipa;
  result.asid = invalidation.asid;
  result.vmid = invalidation.vmid.value_or(0);
  result.first = invalidation.first;
  result.last = invalidation.last;
  return result;
}

DecodedItsCommand DecodedItsCommand::of(const Words& words) {
  const gic::ItsCommand command = gic::decode(words);
  DecodedItsCommand result;
  result.legal = gic::is_known(command.opcode);
  result.clean = gic::encode(command) == words;
  result.opcode = static_cast<std::uint8_t>(command.opcode);
  result.device_id = command.DeviceID;
  result.event_id = command.EventID;
  result.intid = command.pINTID;
  result.collection = command.ICID;
  result.target = command.RDbase;
  return result;
}

bool removes_leaf(const DecodedCommand::Words& words, const DecodedCommand::Offer& offer,
                  std::uint16_t asid, std::uint64_t iova, unsigned level) {
  const auto command = decode(words, offer);
  if (!command || !command->invalidates()) return false;
  const smmu::TranslationTag tag{.asid = asid};
  return command->invalidation().matches_leaf(tag, iova, 12 + 9 * (3 - level), level);
}

}  // namespace doorbell::sw
