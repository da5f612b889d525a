// Closed forms of an MSI's whole road.
#include <gtest/gtest.h>

#include <iostream>

#include "system/machine.h"

namespace doorbell::testing {
namespace {

TEST(Latency, Dump) {
  virt::VirtParameters parameters;
  parameters.check_protocol = true;
  Machine m(parameters);
  Simulation& simulation = m.platform().simulation();
  simulation.journeys().keep_spans(0, 100);
  simulation.journeys().on_finish([&](const Journey& journey, Outcome) {
    std::cout << "MSI " << journey.number() << " " << journey.started() << "\n";
    for (const JourneySpan& span : journey.spans()) {
      std::cout << "  " << simulation.stages().info(span.stage).name
                << (span.waiting ? " waiting " : " ") << span.to - span.from << " " << span.resource
                << "\n";
    }
  });
  m.run([&] {
    m.add_device(0, 4);
    for (unsigned i = 1; i < 4; ++i) {
      auto send = [](pcie::TrafficPort& port) -> Task<void> { co_await port.signal(1); };
      m.start(send(m.traffic(0)));
      EXPECT_TRUE(m.wait_for_interrupts(i));
      m.pass(10 * microsecond);
    }
  });
}

}  // namespace
}  // namespace doorbell::testing
