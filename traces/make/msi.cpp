#include "traces/make/msi.h"

namespace doorbell::workload {

MsiOnly::MsiOnly(const Parameters& parameters)
    : Generator(parameters, parameters.msi.functions * parameters.msi.messages),
      msi_(parameters_.msi) {
  Random seeds(parameters.seed);
  std::vector<ArrivalTimes> times;
  for (std::uint32_t i = 0; i < msi_.functions; ++i) {
    add_function(i, seeds.next());
    times.emplace_back(parameters.arrivals, 1, 0, seeds.next());
  }
  header_.cpus = msi_.functions * msi_.vectors;
  turns_ = std::make_unique<Turns>(std::move(times));
  constexpr std::uint64_t records_of_a_message = 2;
  end_set_up(2 * records_of_a_message * header_.cpus);
}

void MsiOnly::add_function(std::uint32_t number, std::uint64_t seed) {
  const std::uint32_t first_cpu = number * msi_.vectors;
  auto& function = *functions_.emplace_back(std::make_unique<Function>(
      Function{.space = Space(number, msi_.vectors, parameters_.mapping, frames_),
               .pattern = PatternOf(msi_.pattern, msi_.vectors, seed),
               .first_cpu = first_cpu,
               .left = msi_.messages,
               .handled = std::vector<Number>(msi_.vectors)}));
  header_.streams.push_back(function.space.info());
  function.space.open_vectors(emitter_, first_cpu);
}

void MsiOnly::more() {
  auto& function = *functions_[turns_->next()];
  emitter_.set_time(time_of(turns_->time()));
  const auto vector = static_cast<std::uint32_t>(function.pattern.next());
  const Number signalled =
      emitter_.device(function.space.signal(vector), {function.handled[vector]});
  if (!parameters_.arrivals.is_open()) handle(function, vector, signalled);
  --function.left;
  turns_->advance();
  while (!turns_->empty() && functions_[turns_->next()]->left == 0)
    turns_->remove();
}

void MsiOnly::handle(Function& function, std::uint32_t vector, Number signalled) {
  function.handled[vector] = emitter_.processor(
      {function.first_cpu + vector, true},
      trace::Handle{.stream = function.space.stream(), .queue = vector}, {signalled});
}

}  // namespace doorbell::workload
