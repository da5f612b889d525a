#pragma once

#include <optional>
#include <string_view>

#include "traces/format/record.h"

namespace doorbell::trace {

/// The spelling of an enumerator in a trace, and back (nothing when there is none of that name).
std::string_view name_of(SmmuOpcode opcode);
std::string_view name_of(ItsOpcode opcode);
std::string_view name_of(AccessKind kind);
std::string_view name_of(Conduct::Pacing pacing);
std::string_view name_of(Conduct::Invalidations invalidations);
std::optional<SmmuOpcode> smmu_opcode(std::string_view name);
std::optional<ItsOpcode> its_opcode(std::string_view name);
std::optional<AccessKind> access_kind(std::string_view name);
std::optional<Conduct::Pacing> pacing(std::string_view name);
std::optional<Conduct::Invalidations> invalidations(std::string_view name);

}  // namespace doorbell::trace
