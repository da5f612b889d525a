#include "doorbell/cpu/arch/psci.h"

#include <algorithm>
#include <utility>

namespace doorbell::cpu {
namespace {

// Function identifiers (DEN 0022, 5.1). Those with arguments of 64 bits have a form of their own.
constexpr std::uint32_t smc64 = 0x4000'0000;
constexpr std::uint32_t PSCI_VERSION = 0x8400'0000;
constexpr std::uint32_t CPU_OFF = 0x8400'0002;
constexpr std::uint32_t CPU_ON = 0x8400'0003;
constexpr std::uint32_t AFFINITY_INFO = 0x8400'0004;
constexpr std::uint32_t MIGRATE_INFO_TYPE = 0x8400'0006;
constexpr std::uint32_t SYSTEM_OFF = 0x8400'0008;
constexpr std::uint32_t SYSTEM_RESET = 0x8400'0009;
constexpr std::uint32_t PSCI_FEATURES = 0x8400'000a;

constexpr std::int64_t version_1_0 = 0x1'0000;
/// A Trusted OS isn't there, so nothing needs to migrate.
constexpr std::int64_t migration_not_required = 2;

std::int64_t features(std::uint32_t function) {
  switch (function) {
    case PSCI_VERSION:
    case CPU_OFF:
    case CPU_ON:
    case CPU_ON | smc64:
    case AFFINITY_INFO:
    case AFFINITY_INFO | smc64:
    case MIGRATE_INFO_TYPE:
    case SYSTEM_OFF:
    case SYSTEM_RESET:
    case PSCI_FEATURES:
      return Psci::SUCCESS;
    default:
      return Psci::NOT_SUPPORTED;
  }
}

Psci::Action answer(std::int64_t value) {
  return {.kind = Psci::Action::Kind::answer, .value = value};
}

}  // namespace

Psci::Psci(std::vector<std::uint64_t> affinities)
    : affinities_(std::move(affinities)), power_(affinities_.size(), Power::off) {}

Psci::Action Psci::call(const Call& call, bool (*is_memory)(void* argument, std::uint64_t address),
                        void* argument) {
  // Bits 63:32 of X0 aren't part of the function (DEN 0028, 2.6).
  Call narrowed = call;
  const auto function = static_cast<std::uint32_t>(call.function);
  if ((function & smc64) == 0) {
    for (std::uint64_t& value : narrowed.arguments)
      value &= 0xffff'ffff;
  }
  switch (function) {
    case PSCI_VERSION:
      return answer(version_1_0);
    case CPU_OFF:
      return {.kind = Action::Kind::stop};
    case CPU_ON:
    case CPU_ON | smc64:
      return turn_on(narrowed, is_memory(argument, narrowed.arguments[1]));
    case AFFINITY_INFO:
    case AFFINITY_INFO | smc64:
      return answer(affinity_info(narrowed));
    case MIGRATE_INFO_TYPE:
      return answer(migration_not_required);
    case SYSTEM_OFF:
      return {.kind = Action::Kind::system_off};
    case SYSTEM_RESET:
      return {.kind = Action::Kind::system_reset};
    case PSCI_FEATURES:
      return answer(features(static_cast<std::uint32_t>(narrowed.arguments[0])));
    default:
      return answer(NOT_SUPPORTED);
  }
}

Psci::Action Psci::turn_on(const Call& call, bool is_memory) {
  const unsigned target = find(call.arguments[0]);
  if (target == affinities_.size()) return answer(INVALID_PARAMETERS);
  if (!is_memory) return answer(INVALID_ADDRESS);
  if (power_[target] == Power::on) return answer(ALREADY_ON);
  if (power_[target] == Power::pending) return answer(ON_PENDING);
  power_[target] = Power::pending;
  return {.kind = Action::Kind::start,
          .value = SUCCESS,
          .processor = target,
          .entry = call.arguments[1],
          .context = call.arguments[2]};
}

std::int64_t Psci::affinity_info(const Call& call) const {
  // Of single processors only: level 0 (DEN 0022, 5.7.1).
  const unsigned target = find(call.arguments[0]);
  if (target == affinities_.size() || call.arguments[1] != 0) return INVALID_PARAMETERS;
  switch (power_[target]) {
    case Power::on:
      return 0;
    case Power::off:
      return 1;
    case Power::pending:
      break;
  }
  return 2;
}

unsigned Psci::find(std::uint64_t affinity) const {
  const auto found = std::find(affinities_.begin(), affinities_.end(), affinity);
  return static_cast<unsigned>(found - affinities_.begin());
}

}  // namespace doorbell::cpu
