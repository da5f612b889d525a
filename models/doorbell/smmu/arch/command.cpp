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

constexpr GranuleShift granule_of_tg[] = {0, 12, 14, 16};

bool known(std::uint64_t code, const Features& features) {
  switch (static_cast<Opcode>(code)) {
    case Opcode::CMD_PREFETCH_CONFIG:
    case Opcode::CMD_PREFETCH_ADDR:
    case Opcode::CMD_CFGI_STE:
    case Opcode::CMD_CFGI_STE_RANGE:
    case Opcode::CMD_CFGI_CD:
    case Opcode::CMD_CFGI_CD_ALL:
    case Opcode::CMD_TLBI_NH_ALL:
    case Opcode::CMD_TLBI_NH_ASID:
    case Opcode::CMD_TLBI_NH_VAA:
    case Opcode::CMD_TLBI_NH_VA:
    case Opcode::CMD_TLBI_NSNH_ALL:
    case Opcode::CMD_SYNC:
      return true;
    case Opcode::CMD_TLBI_EL2_ALL:
    case Opcode::CMD_TLBI_EL2_ASID:
    case Opcode::CMD_TLBI_EL2_VA:
    case Opcode::CMD_TLBI_EL2_VAA:
      return offers_hypervisor(features);
    case Opcode::CMD_TLBI_S12_VMALL:
    case Opcode::CMD_TLBI_S2_IPA:
      return features.stage2;
  }
  return false;
}

bool names_stream(Opcode code) {
  return code <= Opcode::CMD_CFGI_CD_ALL;
}
bool by_address(Opcode code) {
  return code == Opcode::CMD_TLBI_NH_VA || code == Opcode::CMD_TLBI_NH_VAA ||
         code == Opcode::CMD_TLBI_EL2_VA || code == Opcode::CMD_TLBI_EL2_VAA ||
         code == Opcode::CMD_TLBI_S2_IPA;
}
bool has_leaf(Opcode code) {
  return by_address(code) || code == Opcode::CMD_CFGI_STE || code == Opcode::CMD_CFGI_CD;
}
bool has_asid(Opcode code) {
  return code == Opcode::CMD_TLBI_NH_VA || code == Opcode::CMD_TLBI_NH_ASID ||
         code == Opcode::CMD_TLBI_EL2_VA || code == Opcode::CMD_TLBI_EL2_ASID;
}
bool has_vmid(Opcode code) {
  return (code >= Opcode::CMD_TLBI_NH_ALL && code <= Opcode::CMD_TLBI_NH_VAA) ||
         code == Opcode::CMD_TLBI_S12_VMALL || code == Opcode::CMD_TLBI_S2_IPA;
}
bool has_substream(Opcode code) {
  return code == Opcode::CMD_PREFETCH_CONFIG || code == Opcode::CMD_PREFETCH_ADDR ||
         code == Opcode::CMD_CFGI_CD;
}

void decode_stream(Command& command, const CommandWords& words, const Features& features) {
  command.stream.stream_id = static_cast<std::uint32_t>(stream_id.get(words[0]));
  if (has_substream(command.opcode)) {
    // Bits beyond those that there are may be ignored (4.1.7).
    command.stream.substream_id = static_cast<std::uint32_t>(substream_id.get(words[0]) &
                                                             low_mask(features.substream_id_bits));
    // CFGI_CD has no SSV: its SubstreamID is always meant.
    command.stream.substream_valid = command.opcode == Opcode::CMD_CFGI_CD || ssv.test(words[0]);
  }
  if (command.opcode == Opcode::CMD_CFGI_STE_RANGE) {
    command.range = static_cast<unsigned>(cfgi_range.get(words[1]));
  }
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

}  // namespace

std::string_view to_string(Opcode code) {
  switch (code) {
    case Opcode::CMD_PREFETCH_CONFIG:
      return "CMD_PREFETCH_CONFIG";
    case Opcode::CMD_PREFETCH_ADDR:
      return "CMD_PREFETCH_ADDR";
    case Opcode::CMD_CFGI_STE:
      return "CMD_CFGI_STE";
    case Opcode::CMD_CFGI_STE_RANGE:
      return "CMD_CFGI_STE_RANGE";
    case Opcode::CMD_CFGI_CD:
      return "CMD_CFGI_CD";
    case Opcode::CMD_CFGI_CD_ALL:
      return "CMD_CFGI_CD_ALL";
    case Opcode::CMD_TLBI_NH_ALL:
      return "CMD_TLBI_NH_ALL";
    case Opcode::CMD_TLBI_NH_ASID:
      return "CMD_TLBI_NH_ASID";
    case Opcode::CMD_TLBI_NH_VAA:
      return "CMD_TLBI_NH_VAA";
    case Opcode::CMD_TLBI_NH_VA:
      return "CMD_TLBI_NH_VA";
    case Opcode::CMD_TLBI_EL2_ALL:
      return "CMD_TLBI_EL2_ALL";
    case Opcode::CMD_TLBI_EL2_ASID:
      return "CMD_TLBI_EL2_ASID";
    case Opcode::CMD_TLBI_EL2_VA:
      return "CMD_TLBI_EL2_VA";
    case Opcode::CMD_TLBI_EL2_VAA:
      return "CMD_TLBI_EL2_VAA";
    case Opcode::CMD_TLBI_S12_VMALL:
      return "CMD_TLBI_S12_VMALL";
    case Opcode::CMD_TLBI_S2_IPA:
      return "CMD_TLBI_S2_IPA";
    case Opcode::CMD_TLBI_NSNH_ALL:
      return "CMD_TLBI_NSNH_ALL";
    case Opcode::CMD_SYNC:
      return "CMD_SYNC";
  }
  return "reserved";
}

bool Command::invalidates() const {
  return opcode >= Opcode::CMD_CFGI_STE && opcode <= Opcode::CMD_TLBI_NSNH_ALL;
}

Invalidation Command::invalidation(bool E2H) const {
  return opcode <= Opcode::CMD_CFGI_CD_ALL ? of_configuration() : of_translations(E2H);
}

Invalidation Command::of_configuration() const {
  Invalidation i;
  i.first_stream = i.last_stream = stream.stream_id;
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
  if (!known(opcode.get(words[0]), features)) return std::nullopt;
  Command command;
  command.opcode = static_cast<Opcode>(opcode.get(words[0]));
  if (names_stream(command.opcode)) {
    if (ssec.test(words[0])) return std::nullopt;
    decode_stream(command, words, features);
  }
  if (has_leaf(command.opcode)) command.leaf = leaf.test(words[1]);
  if (has_vmid(command.opcode) && features.stage2) {
    command.vmid = static_cast<std::uint16_t>(vmid.get(words[0]));
  }
  // The upper half is RES0 without IDR0.ASID16.
  if (has_asid(command.opcode)) {
    const unsigned bits = features.asid_16 ? 16 : 8;
    command.asid = static_cast<std::uint16_t>(asid.get(words[0]) & low_mask(bits));
  }
  if (by_address(command.opcode) || command.opcode == Opcode::CMD_PREFETCH_ADDR) {
    command.address = words[1] & address.mask();
  }
  if (by_address(command.opcode) && features.range_invalidation && !decode_range(command, words)) {
    return std::nullopt;
  }
  if (command.opcode == Opcode::CMD_SYNC && !decode_sync(command, words, features.msi)) {
    return std::nullopt;
  }
  return command;
}

CommandWords encode(const Command& command) {
  CommandWords words{opcode.make(static_cast<std::uint64_t>(command.opcode)), 0};
  const Opcode code = command.opcode;
  if (names_stream(code)) words[0] |= stream_id.make(command.stream.stream_id);
  if (has_substream(code)) {
    words[0] |= substream_id.make(command.stream.substream_id);
    if (code != Opcode::CMD_CFGI_CD) words[0] |= ssv.make(command.stream.substream_valid ? 1 : 0);
  }
  if (code == Opcode::CMD_CFGI_STE_RANGE) words[1] |= cfgi_range.make(command.range);
  if (has_leaf(code)) words[1] |= leaf.make(command.leaf ? 1 : 0);
  if (has_vmid(code)) words[0] |= vmid.make(command.vmid);
  if (has_asid(code)) words[0] |= asid.make(command.asid);
  if (by_address(code)) {
    words[0] |= num.make(command.num) | scale.make(command.scale);
    words[1] |= ttl.make(command.ttl) | tg.make(command.tg);
  }
  if (by_address(code) || code == Opcode::CMD_PREFETCH_ADDR) {
    words[1] |= command.address & address.mask();
  }
  if (code == Opcode::CMD_SYNC) {
    words[0] |= sync_cs.make(static_cast<std::uint64_t>(command.signal)) |
                sync_msi_data.make(command.msi_data);
    words[1] |= command.msi_address & sync_msi_address.mask();
  }
  return words;
}

}  // namespace doorbell::smmu
