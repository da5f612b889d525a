#include "doorbell/pcie/arch/nvme/events.h"

#include <vector>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/core/arch/state.h"
#include "doorbell/pcie/arch/nvme/log_page.h"

namespace doorbell::pcie::nvme {
namespace {

// DW0 of the completion (Figures 146 to 148).
constexpr BitField event_type{0, 3};
constexpr BitField event_information{8, 8};
constexpr BitField log_page{16, 8};
constexpr std::uint32_t error_status = 0;
constexpr std::uint32_t invalid_doorbell_register = 0, invalid_doorbell_value = 1;

}  // namespace

void AsynchronousEvents::save(StateWriter& state) const {
  std::vector<std::uint16_t> held;
  for (std::size_t i = 0; i < requests_.size(); ++i)
    held.push_back(requests_[i]);
  state.sequence("held", held, limit);
  state.value("waiting", event_.has_value());
  if (event_) state.value("event", *event_);
  state.value("unread", unread_);
}

void AsynchronousEvents::restore(StateReader& state) {
  reset();
  std::vector<std::uint16_t> held;
  state.sequence("held", held, limit);
  for (const std::uint16_t command_id : held)
    requests_.push_back(command_id);
  bool waiting = false;
  std::uint32_t event = 0;
  state.value("waiting", waiting);
  if (waiting) {
    state.value("event", event);
    event_ = event;
  }
  state.value("unread", unread_);
}

void AsynchronousEvents::reset() {
  *this = {};
}

bool AsynchronousEvents::hold(std::uint16_t command_id) {
  if (requests_.size() >= limit) return false;
  requests_.push_back(command_id);
  return true;
}

void AsynchronousEvents::report(DoorbellOutcome outcome) {
  if (outcome == DoorbellOutcome::taken || unread_) return;
  const std::uint32_t information = outcome == DoorbellOutcome::invalid_register
                                        ? invalid_doorbell_register
                                        : invalid_doorbell_value;
  unread_ = true;
  event_ = static_cast<std::uint32_t>(event_type.make(error_status) |
                                      event_information.make(information) |
                                      log_page.make(static_cast<unsigned>(LogPage::errors)));
}

std::optional<std::pair<std::uint16_t, std::uint32_t>> AsynchronousEvents::take() {
  if (!event_ || requests_.empty()) return std::nullopt;
  const std::pair result{requests_.front(), *event_};
  requests_.pop_front();
  event_.reset();
  return result;
}

}  // namespace doorbell::pcie::nvme
