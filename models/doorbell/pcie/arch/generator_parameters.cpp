#include "doorbell/pcie/arch/parameters.h"

namespace doorbell::pcie {

void GeneratorParameters::describe(ParameterGroup& group) {
  const char* source = "a workload's choice";
  group.add("arrivals", arrivals,
            {{"closed", ArrivalPattern::closed},
             {"poisson", ArrivalPattern::poisson},
             {"fixed", ArrivalPattern::fixed}},
            {.source = source, .help = "when transactions arrive"});
  group.add("operation", operation,
            {{"write", GeneratorOperation::write},
             {"read", GeneratorOperation::read},
             {"message", GeneratorOperation::message},
             {"write_then_message", GeneratorOperation::write_then_message}},
            {.source = source, .help = "what each transaction is"});
  group.add("count", count, {.unit = "transactions", .source = source, .help = "how many in all"});
  group.add("outstanding", outstanding,
            {.unit = "transactions",
             .minimum = 1,
             .maximum = 65536,
             .source = source,
             .help = "in flight at a time, in a closed loop"});
  group.time("interval", interval,
             {.minimum = 1,
              .maximum = second,
              .source = source,
              .help = "between arrivals: the mean of poisson, the period of fixed"});
  group.add("length", length,
            {.unit = "bytes",
             .minimum = 1,
             .maximum = 1 << 20,
             .source = source,
             .help = "of each read or write"});
  group.add("address", address,
            {.unit = "address", .source = source, .help = "where the range begins"});
  group.add(
      "range", range,
      {.unit = "bytes", .minimum = 1, .source = source, .help = "reads and writes stay within it"});
  group.add("random_addresses", random_addresses,
            {.source = source, .help = "uniform over the range, in place of one after the other"});
  group.add("vectors", vectors,
            {.unit = "vectors",
             .minimum = 1,
             .maximum = 2048,
             .source = source,
             .help = "signalled in turn, from 0"});
  group.add("seed", seed, {.unit = "seed", .source = source, .help = "of intervals and addresses"});
}

}  // namespace doorbell::pcie
