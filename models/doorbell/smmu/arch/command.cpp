#include "doorbell/smmu/arch/command.h"

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/tlb.h"

namespace doorbell::smmu {
namespace {

// Doubleword 0
constexpr BitField opcode{0, 8};
constexpr BitField ssec{10, 1};
constexpr BitField ssv{11, 1};
constexpr BitField substream_id{12, 20};
constexpr BitField stream_id{32, 32};
constexpr BitField atc_global{9, 1};
constexpr BitField resume_retry{12, 1};
constexpr BitField resume_abort{13, 1};
constexpr BitField num{12, 5};
constexpr BitField scale{20, 5};
constexpr BitField vmid{32, 16};
constexpr BitField asid{48, 16};
constexpr BitField sync_cs{12, 2};
constexpr BitField sync_msi_data{32, 32};
// Doubleword 1
constexpr BitField leaf{0, 1};
constexpr BitField cfgi_range{0, 5};
constexpr BitField ttl{8, 2};
constexpr BitField tg{10, 2};
constexpr BitField address{12, 52};
constexpr BitField sync_msi_address{2, 50};
constexpr BitField atc_size{0, 6};
constexpr BitField pri_group{0, 9};
constexpr BitField pri_response{12, 2};
constexpr BitField resume_stag{0, 16};

using Substream = CommandLayout::Substream;

constexpr GranuleShift granule_of_tg[] = {0, 12, 14, 16};

/// Bits beyond those that there are may be ignored (4.1.7). Without substreams SSV = 1 is as 0
/// (4.2, 4.5.1, 4.5.2).
void decode_stream(Command& command, const CommandLayout& layout, const CommandWords& words,
                   const Features& features) {
  command.stream.stream_id = static_cast<std::uint32_t>(stream_id.get(words[0]));
  if (layout.substream == Substream::none) return;
  command.stream.substream_id =
      static_cast<std::uint32_t>(substream_id.get(words[0]) & low_mask(features.substream_id_bits));
  const bool given = features.substream_id_bits != 0 && ssv.test(words[0]);
  command.stream.substream_valid = layout.substream == Substream::always || given;
}

/// The upper half of an identifier is RES0 without IDR0.ASID16 or VMID16.
std::uint16_t identifier(BitField field, std::uint64_t word, bool wide) {
  return static_cast<std::uint16_t>(field.get(word) & low_mask(wide ? 16 : 8));
}

/// False for the reserved combination of the range fields.
bool decode_range(Command& command, const CommandWords& words) {
  command.tg = static_cast<unsigned>(tg.get(words[1]));
  if (command.tg == 0) return true;  // NUM, SCALE and TTL are RES0
  command.num = static_cast<unsigned>(num.get(words[0]));
  command.scale = static_cast<unsigned>(scale.get(words[0]));
  command.ttl = static_cast<unsigned>(ttl.get(words[1]));
  const bool reserved_ttl = command.tg == 2 && command.ttl == 1;  // IDR5.DS = 0: as 0b00
  if (reserved_ttl) command.ttl = 0;
  return command.num != 0 || command.scale != 0 || command.ttl != 0;
}

bool decode_sync(Command& command, const CommandWords& words, bool has_msi) {
  const auto cs = sync_cs.get(words[0]);
  if (cs == 3) return false;
  command.signal = static_cast<Command::CompletionSignal>(cs);
  if (command.signal == Command::CompletionSignal::SIG_IRQ && has_msi) {
    command.msi_data = static_cast<std::uint32_t>(sync_msi_data.get(words[0]));
    command.msi_address = words[1] & sync_msi_address.mask();
  }
  return true;
}

/// What commands beside CFGI, TLBI and PREFETCH have. False for what is ILLEGAL.
bool decode_own_fields(Command& command, const CommandWords& words, const Features& features) {
  switch (command.opcode) {
    case Opcode::CMD_CFGI_STE_RANGE:
      command.range = static_cast<unsigned>(cfgi_range.get(words[1]));
      return true;
    case Opcode::CMD_ATC_INV:
      command.global = command.stream.substream_valid && atc_global.test(words[0]);
      command.size = static_cast<unsigned>(atc_size.get(words[1]));
      return true;
    case Opcode::CMD_PRI_RESP:
      command.group = static_cast<unsigned>(pri_group.get(words[1]));
      command.response = static_cast<Command::PageResponse>(pri_response.get(words[1]));
      return pri_response.get(words[1]) != 3;
    case Opcode::CMD_RESUME:
      command.retry = resume_retry.test(words[0]);
      command.abort = resume_abort.test(words[0]);
      command.stag = static_cast<std::uint16_t>(resume_stag.get(words[1]));
      return true;
    case Opcode::CMD_SYNC:
      return decode_sync(command, words, features.msi);
    default:
      return true;
  }
}

void encode_own_fields(const Command& command, CommandWords& words) {
  switch (command.opcode) {
    case Opcode::CMD_CFGI_STE_RANGE:
      words[1] |= cfgi_range.make(command.range);
      break;
    case Opcode::CMD_ATC_INV:
      words[0] |= atc_global.make(command.global ? 1 : 0);
      words[1] |= atc_size.make(command.size);
      break;
    case Opcode::CMD_PRI_RESP:
      words[1] |= pri_group.make(command.group) |
                  pri_response.make(static_cast<std::uint64_t>(command.response));
      break;
    case Opcode::CMD_RESUME:
      words[0] |=
          resume_retry.make(command.retry ? 1 : 0) | resume_abort.make(command.abort ? 1 : 0);
      words[1] |= resume_stag.make(command.stag);
      break;
    case Opcode::CMD_SYNC:
      words[0] |= sync_cs.make(static_cast<std::uint64_t>(command.signal)) |
                  sync_msi_data.make(command.msi_data);
      words[1] |= command.msi_address & sync_msi_address.mask();
      break;
    default:
      break;
  }
}

}  // namespace

std::string_view to_string(Opcode code) {
  const CommandLayout* const layout = layout_of(code);
  return layout != nullptr ? layout->name : "reserved";
}

bool Command::invalidates() const {
  return opcode >= Opcode::CMD_CFGI_STE && opcode <= Opcode::CMD_TLBI_NSNH_ALL;
}

Invalidation Command::invalidation(bool E2H) const {
  return opcode <= Opcode::CMD_CFGI_CD_ALL ? of_configuration() : of_translations(E2H);
}

Invalidation Command::of_configuration() const {
  Invalidation i;
  i.command = opcode;
  i.first_stream = i.last_stream = stream.stream_id;
  i.leaf = leaf;
  switch (opcode) {
    case Opcode::CMD_CFGI_STE_RANGE: {
      const auto low = static_cast<std::uint32_t>(low_mask(range + 1));
      i.scope = Invalidation::Scope::ste;
      i.first_stream &= ~low;
      i.last_stream |= low;
      break;
    }
    case Opcode::CMD_CFGI_CD:
      i.scope = Invalidation::Scope::cd;
      i.substream_id = stream.substream_id;
      i.all_substreams = false;
      break;
    case Opcode::CMD_CFGI_CD_ALL:
      i.scope = Invalidation::Scope::cd;
      break;
    default:
      i.scope = Invalidation::Scope::ste;
      break;
  }
  return i;
}

Invalidation Command::of_translations(bool E2H) const {
  Invalidation i;
  i.command = opcode;
  i.asid = asid;
  i.worlds = Invalidation::only(World::el1);
  switch (opcode) {
    case Opcode::CMD_TLBI_NH_ALL:
      i.of_guest(vmid);
      break;
    case Opcode::CMD_TLBI_NH_ASID:
      i.of_guest(vmid).scope = Invalidation::Scope::asid;
      break;
    case Opcode::CMD_TLBI_NH_VA:
      i.of_guest(vmid).scope = Invalidation::Scope::va;
      break;
    case Opcode::CMD_TLBI_NH_VAA:
      i.of_guest(vmid).scope = Invalidation::Scope::va_all;
      break;
    case Opcode::CMD_TLBI_S12_VMALL:
      i.vmid = vmid;
      break;
    case Opcode::CMD_TLBI_S2_IPA:
      // What both stages made goes with the NH_ALL or NH_VAA that must follow (4.4.3.1).
      i.stages = Invalidation::only(Stages::stage2);
      i.vmid = vmid;
      i.scope = Invalidation::Scope::ipa;
      break;
    case Opcode::CMD_TLBI_EL2_ALL:
      i.worlds = Invalidation::only(World::el2, World::el2_e2h);
      break;
    case Opcode::CMD_TLBI_EL2_ASID:
      i.worlds = Invalidation::only(World::el2_e2h);
      i.scope = Invalidation::Scope::asid;
      break;
    case Opcode::CMD_TLBI_EL2_VA:
      // Without E2H there are no ASIDs.
      i.worlds = Invalidation::only(E2H ? World::el2_e2h : World::el2);
      i.scope = E2H ? Invalidation::Scope::va : Invalidation::Scope::va_all;
      break;
    case Opcode::CMD_TLBI_EL2_VAA:
      i.worlds = Invalidation::only(E2H ? World::el2_e2h : World::el2);
      i.scope = Invalidation::Scope::va_all;
      break;
    default:
      break;
  }
  if (i.by_address()) set_range(i);
  return i;
}

void Command::set_range(Invalidation& i) const {
  i.leaf = leaf;
  i.granule = granule_of_tg[tg];
  i.level = ttl;
  i.first = canonical(address);
  // Without TG one address is meant, and what maps it goes.
  const std::uint64_t bytes = tg == 0 ? 1 : (std::uint64_t{num} + 1) << (scale + granule_of_tg[tg]);
  i.last = i.first + bytes - 1 < i.first ? ~std::uint64_t{0} : i.first + bytes - 1;
}

std::optional<Command> decode_command(const CommandWords& words, const Features& features) {
  const CommandLayout* const layout = layout_of(static_cast<Opcode>(opcode.get(words[0])));
  if (layout == nullptr || !layout->offered(features)) return std::nullopt;
  Command command;
  command.opcode = layout->opcode;
  if (layout->stream) {
    if (ssec.test(words[0])) return std::nullopt;
    decode_stream(command, *layout, words, features);
  }
  if (layout->leaf) command.leaf = leaf.test(words[1]);
  if (layout->vmid && features.stage2) {
    command.vmid = identifier(vmid, words[0], features.vmid_16);
  }
  if (layout->asid) command.asid = identifier(asid, words[0], features.asid_16);
  if (layout->address) command.address = words[1] & address.mask();
  if (layout->range && features.range_invalidation && !decode_range(command, words)) {
    return std::nullopt;
  }
  if (!decode_own_fields(command, words, features)) return std::nullopt;
  return command;
}

CommandWords encode(const Command& command) {
  CommandWords words{opcode.make(static_cast<std::uint64_t>(command.opcode)), 0};
  const CommandLayout* const layout = layout_of(command.opcode);
  if (layout == nullptr) return words;
  if (layout->stream) words[0] |= stream_id.make(command.stream.stream_id);
  if (layout->substream != Substream::none) {
    words[0] |= substream_id.make(command.stream.substream_id);
  }
  if (layout->substream == Substream::qualified) {
    words[0] |= ssv.make(command.stream.substream_valid ? 1 : 0);
  }
  if (layout->leaf) words[1] |= leaf.make(command.leaf ? 1 : 0);
  if (layout->vmid) words[0] |= vmid.make(command.vmid);
  if (layout->asid) words[0] |= asid.make(command.asid);
  if (layout->address) words[1] |= command.address & address.mask();
  if (layout->range) {
    words[0] |= num.make(command.num) | scale.make(command.scale);
    words[1] |= ttl.make(command.ttl) | tg.make(command.tg);
  }
  encode_own_fields(command, words);
  return words;
}

}  // namespace doorbell::smmu
