#include "doorbell/pcie/arch/nvme/features.h"

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/pcie/arch/nvme/identify.h"

namespace doorbell::pcie::nvme {
namespace {

constexpr BitField feature_id{0, 8};
constexpr BitField select{8, 3};  // SEL of Get Features
constexpr BitField save{31, 1};   // SV of Set Features
enum Select : std::uint8_t { current_value, default_value, saved_value, supported };

constexpr std::uint32_t changeable = 1 << 2, namespace_specific = 1 << 1;

constexpr BitField power_state{0, 5};
constexpr BitField vector_field{0, 16};
constexpr BitField coalescing_disable{16, 1};  // CD
constexpr BitField threshold_of{16, 4};        // TMPSEL: 0 is the composite temperature
constexpr BitField threshold_type{20, 2};      // THSEL: over (0) or under (1)
constexpr std::uint32_t highest_temperature = 0xffff;
constexpr std::uint32_t no_such_number = 0xffff;  // of queues, zero-based

}  // namespace

Features::Features(unsigned io_queues, unsigned vectors)
    : io_queues_(io_queues), coalescing_disabled_(vectors) {
  reset();
}

void Features::reset() {
  for (unsigned id = 0; id < known; ++id)
    values_[id] = default_of(id, 0);
  under_temperature_ = 0;
  coalescing_disabled_.assign(coalescing_disabled_.size(), false);
}

bool Features::exists(unsigned id) {
  return id == arbitration || id == power_management ||
         (id >= temperature_threshold && id <= asynchronous_event_configuration);
}

std::uint32_t Features::default_of(unsigned id, std::uint32_t cdw11) const {
  switch (id) {
    case temperature_threshold:
      return threshold_type.get(cdw11) == 0 ? highest_temperature : 0;
    case volatile_write_cache:
      return 1;
    case number_of_queues:
      return (io_queues_ - 1) | (io_queues_ - 1) << 16;
    case interrupt_vector_configuration:
      return static_cast<std::uint32_t>(vector_field.get(cdw11));
    default:
      return 0;
  }
}

std::uint32_t Features::current(unsigned id, std::uint32_t cdw11) const {
  if (id == temperature_threshold && threshold_type.get(cdw11) == 1) return under_temperature_;
  if (id != interrupt_vector_configuration) return values_[id];
  const auto vector = static_cast<std::uint32_t>(vector_field.get(cdw11));
  return vector | static_cast<std::uint32_t>(coalescing_disable.make(coalescing_disabled_[vector]));
}

Result Features::get(const Command& command) const {
  const auto id = static_cast<unsigned>(feature_id.get(command.cdw10()));
  const bool bad_vector = id == interrupt_vector_configuration &&
                          vector_field.get(command.cdw11()) >= coalescing_disabled_.size();
  if (!exists(id) || bad_vector) return {Status::invalid_field};
  switch (select.get(command.cdw10())) {
    case current_value:
      return {Status::success, current(id, command.cdw11())};
    case default_value:
    case saved_value:
      return {Status::success, default_of(id, command.cdw11())};
    case supported:
      return {Status::success, changeable | (id == error_recovery ? namespace_specific : 0)};
    default:
      return {Status::invalid_field};
  }
}

Result Features::set(const Command& command, bool queues_exist) {
  const auto id = static_cast<unsigned>(feature_id.get(command.cdw10()));
  const std::uint32_t value = command.cdw11();
  if (!exists(id)) return {Status::invalid_field};
  if (save.test(command.cdw10())) return {Status::feature_not_saveable};
  const bool of_all = command.nsid == 0 || command.nsid == Namespace::all;
  if (!of_all && command.nsid != Namespace::id) return {Status::invalid_namespace};
  if (!of_all && id != error_recovery) return {Status::feature_not_namespace_specific};
  switch (id) {
    case number_of_queues:
      return set_queues(value, queues_exist);
    case power_management:
      if (power_state.test(value)) return {Status::invalid_field};  // NPSS is 0
      break;
    case temperature_threshold:
      if (threshold_type.get(value) > 1) return {Status::invalid_field};
      if (threshold_of.get(value) != 0) return {};  // no such sensor: nothing to keep
      if (threshold_type.get(value) == 1) {
        under_temperature_ = value & 0xffff;
      } else {
        values_[id] = value & 0xffff;
      }
      return {};
    case interrupt_vector_configuration:
      if (vector_field.get(value) >= coalescing_disabled_.size()) return {Status::invalid_field};
      coalescing_disabled_[vector_field.get(value)] = coalescing_disable.test(value);
      return {};
    default:
      break;
  }
  values_[id] = value;
  return {};
}

/// What is granted is all there is, whatever was asked for (5.21.1.7).
Result Features::set_queues(std::uint32_t cdw11, bool queues_exist) const {
  if ((cdw11 & 0xffff) == no_such_number || cdw11 >> 16 == no_such_number)
    return {Status::invalid_field};
  if (queues_exist) return {Status::command_sequence_error};
  return {Status::success, values_[number_of_queues]};
}

}  // namespace doorbell::pcie::nvme
