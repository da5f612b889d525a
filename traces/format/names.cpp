#include "traces/format/names.h"

#include <array>

namespace doorbell::trace {
namespace {

constexpr std::array<std::string_view, 11> smmu_names = {
    "CMD_PREFETCH_CONFIG", "CMD_CFGI_STE",    "CMD_CFGI_STE_RANGE",
    "CMD_CFGI_CD",         "CMD_CFGI_CD_ALL", "CMD_TLBI_NH_ALL",
    "CMD_TLBI_NH_ASID",    "CMD_TLBI_NH_VA",  "CMD_TLBI_NH_VAA",
    "CMD_TLBI_NSNH_ALL",   "CMD_SYNC"};
constexpr std::array<std::string_view, 12> its_names = {"MAPD",    "MAPC",   "MAPTI",  "MAPI",
                                                        "MOVI",    "MOVALL", "INT",    "CLEAR",
                                                        "DISCARD", "INV",    "INVALL", "SYNC"};
constexpr std::array<std::string_view, 7> kind_names = {
    "fetch", "completion", "data", "prp_list", "shadow_doorbell", "event_index", "other"};
constexpr std::array<std::string_view, 2> pacing_names = {"dependencies", "times"};
constexpr std::array<std::string_view, 2> invalidations_names = {"trace", "processor"};

template <typename Enum, std::size_t N>
std::optional<Enum> find(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(SmmuOpcode opcode) {
  return smmu_names[static_cast<std::size_t>(opcode)];
}
std::string_view name_of(ItsOpcode opcode) {
  return its_names[static_cast<std::size_t>(opcode)];
}
std::string_view name_of(AccessKind kind) {
  return kind_names[static_cast<std::size_t>(kind)];
}
std::string_view name_of(Conduct::Pacing pacing) {
  return pacing_names[static_cast<std::size_t>(pacing)];
}
std::string_view name_of(Conduct::Invalidations invalidations) {
  return invalidations_names[static_cast<std::size_t>(invalidations)];
}

std::optional<SmmuOpcode> smmu_opcode(std::string_view name) {
  return find<SmmuOpcode>(smmu_names, name);
}
std::optional<ItsOpcode> its_opcode(std::string_view name) {
  return find<ItsOpcode>(its_names, name);
}
std::optional<AccessKind> access_kind(std::string_view name) {
  return find<AccessKind>(kind_names, name);
}
std::optional<Conduct::Pacing> pacing(std::string_view name) {
  return find<Conduct::Pacing>(pacing_names, name);
}
std::optional<Conduct::Invalidations> invalidations(std::string_view name) {
  return find<Conduct::Invalidations>(invalidations_names, name);
}

std::optional<Stream> stream_of(const Operation& operation) {
  return std::visit(
      [](const auto& value) -> std::optional<Stream> {
        if constexpr (requires { value.stream; }) {
          return value.stream;
        } else {
          return std::nullopt;
        }
      },
      operation);
}

}  // namespace doorbell::trace
