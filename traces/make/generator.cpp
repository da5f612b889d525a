#include "traces/make/generator.h"

#include <algorithm>

#include "doorbell/core/arch/error.h"
#include "traces/make/msi.h"
#include "traces/make/nic.h"
#include "traces/make/nvme.h"

namespace doorbell::workload {
namespace {

trace::Conduct conduct_of(const Parameters& parameters) {
  using trace::Conduct;
  const bool own_order = parameters.mapping.invalidation_order == Mapping::Order::processor;
  return {.pacing = parameters.arrivals.is_open() ? Conduct::Pacing::times
                                                  : Conduct::Pacing::dependencies,
          .invalidations =
              own_order ? Conduct::Invalidations::processor : Conduct::Invalidations::trace};
}

}  // namespace

Generator::Generator(const Parameters& parameters, std::uint64_t pieces)
    : parameters_(parameters), pieces_(pieces) {
  header_.conduct = conduct_of(parameters);
  header_.made_from = settings_of(parameters);
}

void Generator::end_set_up(std::uint64_t ahead) {
  header_.conduct->set_up = emitter_.last();
  if (ahead > trace::most_window) {
    throw InputError("workload: expected at most " + std::to_string(trace::most_window) +
                     " records under way at once, found " + std::to_string(ahead) +
                     " by the number of queues, their depth and the pages of a buffer");
  }
  header_.conduct->window = static_cast<std::uint32_t>(ahead);
}

bool Generator::next(trace::Record& record) {
  while (emitter_.empty()) {
    if (pieces_done_ == pieces_) return false;
    ++pieces_done_;
    more();
  }
  emitter_.take(record);
  ++records_;
  return true;
}

double Generator::progress() const {
  return static_cast<double>(pieces_done_) / static_cast<double>(pieces_);
}

std::unique_ptr<trace::Source> generate(const Parameters& parameters) {
  switch (parameters.kind) {
    case Kind::nvme:
      return std::make_unique<Nvme>(parameters);
    case Kind::nic:
      return std::make_unique<Nic>(parameters);
    default:
      return std::make_unique<MsiOnly>(parameters);
  }
}

}  // namespace doorbell::workload
